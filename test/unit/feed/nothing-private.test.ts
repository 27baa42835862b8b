import type { Feed } from '@watchpost/feeds/feed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFeed } from '../../support/feed-reader.ts';
import { feedWriter, startFeedProcess, type FeedProcess } from '../../support/feed-rig.ts';
import { approvalSample, feedOf, feedsOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from '../../support/feed-samples.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const feed: Feed = feedOf({ keepMs: 36_500 * 86_400_000 });
const held: Feed = feedOf({ slug: 'held', channel: 'slack:C2', keepMs: 36_500 * 86_400_000, approval: approvalSample });
const short: Feed = feedOf({ slug: 'short', channel: 'slack:C3', keepMs: 60_000 });
type Writer = ReturnType<typeof feedWriter>;

const tsOf = (second: number): string => `${String(samplePostedAtMs / 1_000 + second)}.000000`;
const message = (text: string, second: number, over: Parameters<typeof writtenMessageOf>[1] = {}) =>
  writtenMessageOf(text, { postedAtMs: samplePostedAtMs + second * 1_000, ...over });
const atUs = (second: number): number => (samplePostedAtMs + second * 1_000) * 1_000;
const mark = { emoji: 'white_check_mark', member: 'U9' };

/** How a message comes to be something that nobody may read. Each says `SECRET`. */
const states: Record<string, (writer: Writer) => Promise<unknown>> = {
  'waits for approval': async ({ apply }) =>
    apply(writtenEventOf(message('SECRET', 1, { channel: 'slack:C2' }), { withheld: null, marks: [] }), 'held'),
  'was approved, and the approval taken back': async ({ apply }) => {
    await apply(writtenEventOf(message('SECRET', 2, { channel: 'slack:C2' }), { marks: [] }), 'held');
    const at = { channel: 'slack:C2' as const, messageId: tsOf(2), mark };
    await apply({ kind: 'mark', ...at, isSet: true, atUs: atUs(3) }, 'held');
    await apply({ kind: 'mark', ...at, isSet: false, atUs: atUs(4) }, 'held');
  },
  'is off the record': async ({ apply }) => apply(writtenEventOf(message('<#> SECRET', 5), { withheld: 'off-record' })),
  'comes from somebody who may not post': async ({ apply }) => apply(writtenEventOf(message('SECRET', 6), { withheld: 'may-not-post' })),
  'breaks a rule': async ({ apply }) => apply(writtenEventOf(message('SECRET', 7), { withheld: 'rule' })),
  'was edited to what breaks a rule': async ({ apply }) => {
    await apply(writtenEventOf(message('SECRET', 8)));
    await apply(writtenEventOf(message('SECRET', 8, { isEdited: true, atUs: atUs(9) }), { withheld: 'rule' }));
  },
  'was deleted': async ({ apply }) => {
    await apply(writtenEventOf(message('SECRET', 10)));
    await apply({ kind: 'deleted', channel: 'slack:C1', messageId: tsOf(10), atUs: atUs(11) });
  },
  'was hidden by an editor': async ({ apply, entries }) => {
    await apply(writtenEventOf(message('SECRET', 12)));
    await entries.decide(feed, tsOf(12), () => ({ text: null, isHidden: true, approvedAtUs: null, by: 'editor', atMs: 1 }), never);
  },
  'was overridden by an editor': async ({ apply, entries }) => {
    await apply(writtenEventOf(message('SECRET', 13)));
    await entries.decide(feed, tsOf(13), () => ({ text: 'public', isHidden: false, approvedAtUs: null, by: 'editor', atMs: 1 }), never);
  },
  'replies to what was deleted': async ({ apply }) => {
    await apply(writtenEventOf(message('first', 14)));
    await apply(writtenEventOf(message('SECRET', 15, { thread: tsOf(14) })));
    await apply({ kind: 'deleted', channel: 'slack:C1', messageId: tsOf(14), atUs: atUs(16) });
  },
  'replies to what waits': async ({ apply }) => {
    await apply(writtenEventOf(message('first', 17, { channel: 'slack:C2' }), { marks: [] }), 'held');
    await apply(writtenEventOf(message('SECRET', 18, { channel: 'slack:C2', thread: tsOf(17) }), { marks: [mark] }), 'held');
  },
  'has expired': async ({ apply }) => apply(writtenEventOf(message('SECRET', 19, { channel: 'slack:C3' })), 'short'),
};

const outputs = ['', '/entries', '/entries?limit=200', '/feed.json', '/atom.xml', '/page', '/embed'];

describe.each(Object.entries(states))('a message that %s', (_, make) => {
  let process: FeedProcess;
  let position = '';
  const close: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    const documents = createMemoryDocuments();
    const feeds = feedsOf([feed, held, short], { oldPaths: true });
    const writer = feedWriter(documents, feeds);
    await writer.apply(writtenEventOf(message('before', 0)));
    position = `${String(await writer.feedLog.newest(never))}.0`;
    await make(writer);
    await writer.apply(writtenEventOf(message('after', 30)));
    process = await startFeedProcess({ documents, feeds });
    close.push(process.stop);
  });
  afterAll(async () => {
    for (const each of close.toReversed()) await each();
  });

  it.each(outputs)('is not in /feeds/SLUG%s', async (path) => {
    for (const slug of ['news', 'held', 'short']) {
      const answer = await process.get(`/feeds/${slug}${path}`);
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toContain('SECRET');
    }
    expect(await (await process.get('/feeds/news')).text()).toContain('after');
  });

  it('is not at the old paths', async () => {
    for (const target of ['/api/C1', '/api/C2', '/api/C3', '/json/C1.jsonp', '/json/C2.jsonp', '/json/C3.jsonp'])
      expect(await (await process.get(target)).text()).not.toContain('SECRET');
  });

  it('is not in what a reader missed who comes back', async () => {
    for (const slug of ['news', 'held', 'short']) {
      const reader = await readFeed(`${process.url}/feeds/${slug}/events`, position);
      close.push(reader.close);
      await until('it is told all', () => reader.lastEventId() !== position);
      if (slug === 'news') await until('it came', () => reader.raw().includes('after'));
      expect(reader.raw()).not.toContain('SECRET');
    }
  });
});

describe('whoever follows a feed', () => {
  it('is told at once when something may not be read any more, and never of what waits', async () => {
    const documents = createMemoryDocuments();
    const feeds = feedsOf([held]);
    const writer = feedWriter(documents, feeds);
    const process = await startFeedProcess({ documents, feeds });
    const reader = await readFeed(`${process.url}/feeds/held/events`);
    await until('it has its place', () => reader.lastEventId() !== '');
    const at = { channel: 'slack:C2' as const, messageId: tsOf(1), mark };
    await writer.apply(writtenEventOf(message('approved text', 1, { channel: 'slack:C2' }), { marks: [] }), 'held');
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(reader.raw()).not.toContain(tsOf(1));
    await writer.apply({ kind: 'mark', ...at, isSet: true, atUs: atUs(3) }, 'held');
    await reader.gets(1);
    await writer.apply(
      writtenEventOf(message('SECRET', 1, { channel: 'slack:C2', isEdited: true, atUs: atUs(4) }), { marks: null }),
      'held',
    );
    await writer.apply({ kind: 'mark', ...at, isSet: false, atUs: atUs(5) }, 'held');
    await reader.gets(2);
    expect(reader.events.map(({ event, data }) => [event, data.text])).toEqual([
      ['entry', 'approved text'],
      ['removed', undefined],
    ]);
    expect(reader.raw()).not.toContain('SECRET');
    reader.close();
    await process.stop();
  });
});

describe('the full name of a member who shows another one', () => {
  it('is in no output and no event', async () => {
    const documents = createMemoryDocuments();
    const feeds = feedsOf([feed], { oldPaths: true });
    const writer = feedWriter(documents, feeds);
    const profile = { id: 'U1', displayName: 'night desk', realName: 'SECRET', title: '', picture: null, isBot: false };
    await writer.profiles.putMember({ ...profile, platform: 'slack', pictureId: null, readAtMs: 1 }, never);
    await writer.apply(writtenEventOf(message('first', 0)));
    const position = `${String(await writer.feedLog.newest(never))}.0`;
    await writer.apply(writtenEventOf(message('after', 1)));
    const process = await startFeedProcess({ documents, feeds });
    const reader = await readFeed(`${process.url}/feeds/news/events`, position);
    await reader.gets(1);
    const answers = await Promise.all(outputs.map(async (path) => (await process.get(`/feeds/news${path}`)).text()));
    for (const text of [reader.raw(), ...answers]) {
      expect(text).toContain('night desk');
      expect(text).not.toContain('SECRET');
    }
    reader.close();
    await process.stop();
  });
});
