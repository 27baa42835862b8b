import type { Feed } from '@watchpost/feeds/feed';
import { describe, expect, it } from 'vitest';
import { startFeedProcess, type FeedProcess } from '../../support/feed-rig.ts';
import { feedOf, pictureFileOf, samplePostedAtMs, writtenEventOf, writtenMessageOf, writtenOf } from '../../support/feed-samples.ts';
import { closing, follow, followingRig, keepMs, placed, texts } from '../../support/following-rig.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const open = closing();
const rig = (list?: Feed[]) => followingRig(open, list);
const read = async (process: FeedProcess, lastEventId?: string, slug = 'news', query = '') =>
  follow(open, process, { lastEventId, slug, query });

describe('a reader who follows a feed', () => {
  it('is answered as an EventSource and its proxies need it', async () => {
    const { start } = rig();
    const reader = await read(await start());
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(reader.headers['content-encoding']).toBeUndefined();
    await placed(reader);
    expect(reader.retryMs()).toBeGreaterThanOrEqual(500);
    expect(reader.events).toEqual([]);
  });

  it('reads a burst of 500 messages whole, each once', async () => {
    const { start, say } = rig();
    const process = await start();
    const reader = await read(process);
    await placed(reader);
    await Promise.all(Array.from({ length: 500 }, async (_, index) => say(`number ${String(index)}`, index)));
    await reader.gets(500);
    expect(new Set(texts(reader)).size).toBe(500);
    expect(reader.events).toHaveLength(500);
    expect((await process.json('/feeds/news')).messages).toHaveLength(500);
  });

  it('hears only of its own feed', async () => {
    const { start, say } = rig([feedOf({ keepMs }), feedOf({ slug: 'other', channel: 'slack:C2', keepMs })]);
    const process = await start();
    const [news, other] = [await read(process), await read(process, undefined, 'other')];
    await Promise.all([placed(news), placed(other)]);
    await say('for others', 1, 'other');
    await say('news', 2);
    await Promise.all([news.gets(1), other.gets(1)]);
    expect([texts(news), texts(other)]).toEqual([['news'], ['for others']]);
  });

  it('of a quiet feed hears something now and then, and comes back from a later place', async () => {
    const { start, say } = rig([feedOf({ keepMs }), feedOf({ slug: 'other', channel: 'slack:C2', keepMs })]);
    const reader = await read(await start({ heartbeatMs: 50 }));
    await placed(reader);
    const before = reader.lastEventId();
    await say('for others', 1, 'other');
    await until('its place moves on', () => reader.lastEventId() !== before);
    expect(reader.events).toEqual([]);
  });

  it('hears of a new name everywhere at once', async () => {
    const { start, say, profiles, feedLog } = rig();
    await say('one', 1);
    await say('two', 2);
    const reader = await read(await start());
    await placed(reader);
    const before = reader.lastEventId();
    const profile = { id: 'U1', displayName: 'Ada', realName: '', title: '', picture: null, isBot: false };
    await profiles.putMember({ ...profile, platform: 'slack', pictureId: null, readAtMs: 1 }, never);
    await feedLog.append([{ kind: 'profiles', platform: 'slack', what: 'member', subject: 'U1' }], never);
    await reader.gets(2);
    expect(reader.events.map(({ data }) => data.user?.display_name)).toEqual(['Ada', 'Ada']);
    // Only when both were told does the reader come back from a later place.
    expect(reader.events.map(({ lastEventId }) => lastEventId)).toEqual([before, before]);
    await until('the place moves on', () => reader.lastEventId() !== before);
  });

  it('is told when settings change, and when a feed is gone', async () => {
    const list = [feedOf({ keepMs })];
    const { start, say } = rig(list);
    await say('one', 1);
    const process = await start();
    const reader = await read(process);
    await placed(reader);
    list[0] = feedOf({ keepMs, headline: 'Evening news', isOpen: false });
    await until('the settings hold', () => reader.events.some(({ event }) => event === 'feed'));
    expect(reader.events.find(({ event }) => event === 'feed')?.data).toMatchObject({ headline: 'Evening news', is_open: false });
    expect((await process.json('/feeds/news/entries')).feed.headline).toBe('Evening news');
    list.pop();
    await until('the connection ends', () => reader.isClosed());
    expect((await process.get('/feeds/news')).status).toBe(404);
  });

  it('is told of pictures at their new address when publicUrl changes', async () => {
    const { start, apply, entries, feeds } = rig();
    let publicUrl: string | null = null;
    const { entry } = await apply(writtenEventOf(writtenMessageOf('', { written: writtenOf('one', { pictures: [pictureFileOf('F1')] }) })));
    const there = { state: 'there', url: '/pictures/one.jpg', name: 'one.jpg' } as const;
    await entries.setPictures(entry.id, (now) => now.map((picture) => ({ ...picture, ...there })), never);
    const process = await start({ feeds: { ...feeds, site: () => ({ ...feeds.site(), publicUrl }) } });
    const reader = await read(process);
    await placed(reader);
    publicUrl = 'https://live.example.org';
    await reader.gets(1);
    expect(reader.events[0]?.data).toMatchObject({ pictures: [{ url: 'https://live.example.org/pictures/one.jpg' }] });
  });
});

describe('a reader who comes back', () => {
  it('is told each entry that changed once, as it is now, also by another process', async () => {
    const { start, say, edit, apply } = rig();
    const first = await start();
    const reader = await read(first);
    await placed(reader);
    await say('stays', 1);
    await reader.gets(1);
    const last = reader.lastEventId();
    await say('edited later', 2);
    await say('deleted later', 3);
    await reader.gets(3);
    await edit('edited', 2, 10);
    const messageId = `${String(samplePostedAtMs / 1_000 + 3)}.000000`;
    await apply({ kind: 'deleted', channel: 'slack:C1', messageId, atUs: samplePostedAtMs * 2_000 });
    await reader.gets(5);
    for (const process of [first, await start()]) {
      const again = await read(process, last);
      await again.gets(2);
      await until('it is told all', () => again.lastEventId() === reader.lastEventId());
      expect(texts(again)).toEqual(['edited', 'removed']);
    }
  });

  it('trusts the header more than the address that it began with', async () => {
    const { start, say } = rig();
    const process = await start();
    const { position } = await process.json('/feeds/news/entries');
    await say('one', 1);
    const reader = await read(process, undefined, 'news', `?since=${position}`);
    await reader.gets(1);
    const again = await read(process, reader.lastEventId(), 'news', `?since=${position}`);
    await placed(again);
    await say('two', 2);
    await again.gets(1);
    expect(texts(again)).toEqual(['two']);
  });

  it('from too long ago, or from nowhere, is told to begin anew, once', async () => {
    const { start, say } = rig();
    const process = await start({ limits: { entries: 10, changes: 3 } });
    const reader = await read(process);
    await placed(reader);
    const last = reader.lastEventId();
    for (let index = 0; index < 6; index += 1) await say(`number ${String(index)}`, index);
    await reader.gets(6);
    for (const id of [last, 'nonsense', '1.2.3']) {
      const again = await read(process, id);
      await again.gets(1);
      expect(texts(again)).toEqual(['reset']);
      await until('it has a place', () => again.lastEventId() === reader.lastEventId());
    }
  });

  it('with more than this process knows yet is told the rest, and nothing twice', async () => {
    const { start, say, feedLog } = rig();
    const process = await start();
    await say('one', 1);
    const reader = await read(process);
    await until('one is known', async () => (await process.json('/feeds/news')).messages.length === 1);
    await placed(reader);
    const ahead = `${String((await feedLog.newest(never)) + 1)}.0`;
    const again = await read(process, ahead);
    await say('two', 2);
    await say('three', 3);
    await again.gets(1);
    await until('the other has both', () => reader.events.length >= 2);
    expect(texts(again)).toEqual(['three']);
  });

  it('misses nothing when the process is started anew', async () => {
    const { start, say } = rig();
    const first = await start();
    const readers = await Promise.all(Array.from({ length: 20 }, async () => read(first)));
    await Promise.all(readers.map(placed));
    await say('before', 1);
    await Promise.all(readers.map(async (reader) => reader.gets(1)));
    open.splice(0, 1);
    await first.stop();
    await until('all are cut off', () => readers.every((reader) => reader.isClosed()));
    await say('meanwhile', 2);
    const second = await start({ port: first.port });
    await say('after', 3);
    for (const reader of readers) {
      const again = await read(second, reader.lastEventId());
      await again.gets(2);
      expect(texts(again)).toEqual(['meanwhile', 'after']);
    }
  });
});

describe('a feed process', () => {
  it('asks readers who find no place to come back later', async () => {
    const { start } = rig();
    const process = await start({ mostReaders: 1 });
    const reader = await read(process);
    await placed(reader);
    const second = await read(process);
    await until('it is sent away', () => second.isClosed());
    expect([second.status, second.events]).toEqual([200, []]);
    expect(second.retryMs()).toBeGreaterThanOrEqual(20_000);
    reader.close();
    await until('the place is free', () => process.readers.count() === 0);
    await placed(await read(process));
  });

  it('serves what it knows while the database is away, and catches up', async () => {
    const { documents, feeds, say } = rig();
    let isAway = false;
    const flaky = new Proxy(documents, {
      get: (target, name, receiver) => {
        if (isAway) return async () => Promise.reject(new Error('the database is away'));
        return Reflect.get(target, name, receiver);
      },
    });
    const process = await startFeedProcess({ documents: flaky, feeds });
    open.push(process.stop);
    await say('before', 1);
    await until('it is known', async () => (await process.json('/feeds/news')).messages.length === 1);
    const reader = await read(process);
    await placed(reader);
    isAway = true;
    await say('during', 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await process.json('/feeds/news')).messages).toHaveLength(1);
    isAway = false;
    await reader.gets(1);
    expect(texts(reader)).toEqual(['during']);
  });

  it('reads everything again when numbers of the log are missing', async () => {
    const { start, say, documents, feedLog } = rig();
    const process = await start();
    await say('one', 1);
    await until('it is known', async () => (await process.json('/feeds/news')).messages.length === 1);
    const reader = await read(process);
    await placed(reader);
    const newest = await feedLog.newest(never);
    // The log has expired, and began anew: nobody says any more that the second message came.
    await documents.put(
      { kind: 'feed-log', id: 'x', revision: 0, atMs: newest + 1_000, keys: [], expiresAtMs: null, body: { changes: [] } },
      never,
    );
    const hidden = rig();
    await hidden.say('two', 2);
    const { document } = await hidden.documents.get('entry', `news.${String(samplePostedAtMs / 1_000 + 2)}.000000`, never);
    await documents.put({ ...document!, revision: 0 }, never);
    await documents.put(
      { kind: 'feed-log', id: 'y', revision: 0, atMs: newest + 2_000, keys: [], expiresAtMs: null, body: { changes: [] } },
      never,
    );
    await reader.gets(1);
    expect(texts(reader)).toEqual(['two']);
  });
});
