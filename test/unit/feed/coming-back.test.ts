import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Feed } from '@watchpost/feeds/feed';
import { AppError } from '@watchpost/shared/errors';
import { describe, expect, it } from 'vitest';
import { startFeedProcess, type FeedProcess } from '../../support/feed-rig.ts';
import { approvalSample, feedOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from '../../support/feed-samples.ts';
import { closing, follow, followingRig, keepMs, placed, texts } from '../../support/following-rig.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const open = closing();
const rig = (list?: Feed[]) => followingRig(open, list);
const read = async (process: FeedProcess, lastEventId?: string, slug = 'news', query = '') =>
  follow(open, process, { lastEventId, slug, query });
const tsOf = (second: number): string => `${String(samplePostedAtMs / 1_000 + second)}.000000`;

describe('a reader of a feed that nobody has written in yet', () => {
  it('follows it from the position of its page on, without beginning anew', async () => {
    const { start, say } = rig();
    const process = await start();
    const { position } = await process.json('/feeds/news/entries');
    const reader = await read(process, undefined, 'news', `?since=${position}`);
    await placed(reader);
    expect(process.readers.count()).toBe(1);
    await say('the first', 1);
    await reader.gets(1);
    expect(texts(reader)).toEqual(['the first']);
  });
});

describe('a message that readers have never seen', () => {
  it('is not named to whoever comes back after a restart, nor where a feed was added later', async () => {
    const held = feedOf({ slug: 'held', channel: 'slack:C2', keepMs, approval: approvalSample });
    const { start, say, apply, feedLog, list } = rig();
    await say('before', 0);
    const position = `${String(await feedLog.newest(never))}.0`;
    const off = writtenMessageOf('<#> SECRET', { postedAtMs: samplePostedAtMs + 1_000 });
    await apply(writtenEventOf(off, { withheld: 'off-record' }));
    await apply(writtenEventOf(writtenMessageOf('SECRET', { postedAtMs: samplePostedAtMs + 2_000 }), { withheld: 'rule' }));
    await apply({ kind: 'deleted', channel: 'slack:C1', messageId: tsOf(2), atUs: (samplePostedAtMs + 3_000) * 1_000 });
    await say('after', 4);
    const process = await start({ heartbeatMs: 50 });
    const reader = await read(process, position);
    await reader.gets(1);
    await until('it is told all', () => reader.lastEventId() !== position);
    expect(texts(reader)).toEqual(['after']);
    list.push(held);
    await until('it is read', async () => (await process.get('/feeds/held')).status === 200);
    const other = await read(process, undefined, 'held');
    await placed(other);
    const before = other.lastEventId();
    await apply(
      writtenEventOf(writtenMessageOf('SECRET', { postedAtMs: samplePostedAtMs + 5_000, channel: 'slack:C2' }), { marks: [] }),
      'held',
    );
    await until('its place moves on', () => other.lastEventId() !== before);
    expect(texts(other)).toEqual([]);
  });
});

describe('a reader who comes back to a process that was started anew', () => {
  it('begins anew where more has changed than it remembers', async () => {
    const { start, say, feedLog } = rig();
    await say('before', 0);
    const position = `${String(await feedLog.newest(never))}.0`;
    for (let index = 1; index < 7; index += 1) await say(`number ${String(index)}`, index);
    const process = await start({ limits: { entries: 10, changes: 3 } });
    const reader = await read(process, position);
    await reader.gets(1);
    expect(texts(reader)).toEqual(['reset']);
  });

  it('is not told the name of a message that was never shown and is gone', async () => {
    const { start, apply, documents, feedLog, say } = rig();
    await say('before', 0);
    const position = `${String(await feedLog.newest(never))}.0`;
    const off = writtenMessageOf('<#> SECRET', { postedAtMs: samplePostedAtMs + 1_000 });
    await apply(writtenEventOf(off, { withheld: 'off-record' }));
    const { document } = await documents.get('entry', `news.${tsOf(1)}`, never);
    await documents.remove('entry', `news.${tsOf(1)}`, document!.revision, never);
    await say('after', 2);
    const reader = await read(await start(), position);
    await reader.gets(1);
    await until('it is told all', () => reader.lastEventId() !== position);
    expect(texts(reader)).toEqual(['after']);
  });
});

describe('a reader who was away for a moment', () => {
  it('is told what expired meanwhile, though the log says nothing', async () => {
    let aheadMs = 0;
    const { start, say } = rig([feedOf({ keepMs: 60_000 })]);
    await say('short lived', Math.floor((Date.now() - samplePostedAtMs) / 1_000));
    const process = await start({ now: () => Date.now() + aheadMs });
    const reader = await read(process);
    await placed(reader);
    reader.close();
    aheadMs = 61_000;
    await until('it has expired', async () => (await process.json('/feeds/news')).messages.length === 0);
    const again = await read(process, reader.lastEventId());
    await again.gets(1);
    expect(texts(again)).toEqual(['removed']);
  });

  it('is told what other settings hide, and what the feed is now', async () => {
    const { start, say, list } = rig();
    await say('to be approved', 1);
    const process = await start();
    const reader = await read(process);
    await placed(reader);
    reader.close();
    list[0] = feedOf({ keepMs, headline: 'Evening news', approval: approvalSample });
    await until('it is hidden', async () => (await process.json('/feeds/news')).messages.length === 0);
    const again = await read(process, reader.lastEventId());
    await again.gets(2);
    expect(texts(again).toSorted()).toEqual(['feed', 'removed']);
    expect(again.events.find(({ event }) => event === 'feed')?.data.headline).toBe('Evening news');
  });
});

describe('a feed that is kept longer again', () => {
  it('has what had left it', async () => {
    const { start, say, list } = rig();
    await say('old', 1);
    const process = await start();
    const count = async (): Promise<number> => (await process.json('/feeds/news')).messages.length;
    list[0] = feedOf({ keepMs: 3_600_000 });
    await until('it has expired', async () => (await count()) === 0);
    const reader = await read(process);
    await placed(reader);
    list[0] = feedOf({ keepMs });
    await until('it is back', async () => (await count()) === 1);
    await until('it is told', () => texts(reader).includes('old'));
    expect(texts(reader).filter((text) => text === 'old')).toHaveLength(1);
  });
});

describe('a feed that is added later', () => {
  it('tells nothing twice', async () => {
    const { start, list, apply, feedLog, say } = rig([feedOf({ slug: 'other', channel: 'slack:C2', keepMs })]);
    const process = await start();
    list.push(feedOf({ keepMs }));
    await until('it is read', async () => (await process.get('/feeds/news')).status === 200);
    const reader = await read(process);
    await placed(reader);
    const event = writtenEventOf(writtenMessageOf('once', { postedAtMs: samplePostedAtMs + 1_000 }));
    await apply(event);
    await reader.gets(1);
    // A worker that was killed appends again.
    await apply(event);
    await feedLog.append([{ kind: 'entry', feed: 'news', id: `news.${tsOf(1)}`, changes: 1 }], never);
    await say('later', 2);
    await until('later came', () => texts(reader).includes('later'));
    expect(texts(reader)).toEqual(['once', 'later']);
  });
});

describe('readers who keep up', () => {
  it('are not cut off when very much is told at once', async () => {
    const { start, say, profiles, feedLog } = rig();
    for (let index = 0; index < 200; index += 1) await say(`${'x'.repeat(20_000)} ${String(index)}`, index);
    const process = await start();
    const reader = await read(process);
    await placed(reader);
    const profile = { id: 'U1', displayName: 'Ada', realName: '', title: '', picture: null, isBot: false };
    await profiles.putMember({ ...profile, platform: 'slack', pictureId: null, readAtMs: 1 }, never);
    await feedLog.append([{ kind: 'profiles', platform: 'slack', what: 'member', subject: 'U1' }], never);
    await until('it is told all, or cut off', () => reader.events.length === 200 || reader.isClosed());
    expect([reader.events.length, reader.isClosed()]).toEqual([200, false]);
  });
});

describe('readers who take nothing', () => {
  it('get no more memory together than is set: whoever comes then begins anew', async () => {
    const { start, say, feedLog } = rig();
    await say('before', 0);
    const position = `${String(await feedLog.newest(never))}.0`;
    for (let index = 1; index < 400; index += 1) await say(`${'x'.repeat(20_000)} ${String(index)}`, index);
    const process = await start({ mostBytesReplayed: 10_000_000 });
    for (let index = 0; index < 4; index += 1) {
      const socket = connect(process.port, '127.0.0.1').pause();
      open.push(() => void socket.destroy());
      socket.write(`GET /feeds/news/events HTTP/1.1\r\nHost: h\r\nLast-Event-ID: ${position}\r\n\r\n`);
      await until('it is there', () => process.readers.count() === index + 1);
    }
    const reader = await read(process, position);
    await reader.gets(1);
    expect(texts(reader)).toEqual(['reset']);
  });
});

describe('requests that come one behind the other on a connection', () => {
  it('are answered in their order, or not at all', async () => {
    const { start, say } = rig();
    await say('one', 1);
    const process = await start();
    const socket = connect(process.port, '127.0.0.1');
    open.push(() => void socket.destroy());
    let got = '';
    socket.on('data', (bytes) => (got += bytes.toString()));
    socket.write(`GET /feeds/news HTTP/1.1\r\nHost: h\r\n\r\nGET /feeds/news/events HTTP/1.1\r\nHost: h\r\n\r\n`);
    await until('both are answered', () => got.split('HTTP/1.1 ').length === 3);
    expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\{"channel"[^]*HTTP\/1\.1 400 /);
  });
});

describe('while the database is away', () => {
  it.each([
    ['says so', async () => Promise.reject(new AppError('gallery-unavailable', 'the database is away'))],
    ['says nothing', async () => new Promise((_, reject) => open.push(() => reject(new Error('the test is over'))))],
  ])('and %s, the newest entries are served, also where more are asked for than memory has', async (_, answer) => {
    const { documents, feeds, say } = rig();
    for (let index = 0; index < 12; index += 1) await say(`number ${String(index)}`, index);
    let isAway = false;
    const flaky = new Proxy(documents, {
      get: (target, name, receiver) => {
        if (isAway) return answer;
        return Reflect.get(target, name, receiver);
      },
    });
    const process = await startFeedProcess({ documents: flaky, feeds, limits: { entries: 10, changes: 100 } });
    open.push(process.stop);
    isAway = true;
    expect((await process.get('/feeds/news')).status).toBe(200);
    expect((await process.json('/feeds/news')).messages).toHaveLength(10);
    expect((await process.get('/feeds/news/entries?limit=50')).status).toBe(200);
  });
});

describe('a request with a strange host', () => {
  it.each(['a:b:c', 'über', '[', 'x y'])('%j is refused', async (host) => {
    const { start, say } = rig();
    await say('one', 1);
    const process = await start();
    for (const file of ['atom.xml', 'feed.json', 'page', '']) {
      const status = await new Promise((resolve, reject) => {
        const options = { headers: { host: Buffer.from(host).toString('latin1') }, agent: false };
        httpRequest(`${process.url}/feeds/news/${file}`.replace(/\/$/, ''), options, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect([file, status]).toEqual([file, 400]);
    }
  });
});
