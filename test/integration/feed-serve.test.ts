import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { openDocuments } from '@watchpost/gallery/open-documents';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { never } from '../support/each-store.ts';
import { readFeed } from '../support/feed-reader.ts';
import { feedWriter, startFeedProcess, type FeedProcess } from '../support/feed-rig.ts';
import { feedOf, feedsOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from '../support/feed-samples.ts';
import { oneOfEachBackend, emptyGallery } from '../support/gallery-backends.ts';
import { describeWith } from '../support/describe-with.ts';
import { until } from '../support/until.ts';

const say = (text: string, index: number) => writtenEventOf(writtenMessageOf(text, { postedAtMs: samplePostedAtMs + index * 1_000 }));
const idOf = (index: number): string => `${String(samplePostedAtMs / 1_000 + index)}.000000`;

describe.each(oneOfEachBackend)('readers of a feed', (backend) => {
  describeWith(backend.needs, `on ${backend.name}`, () => {
    const feeds = feedsOf([feedOf({ keepMs: 36_525 * 86_400_000 })]);
    let close: () => Promise<void>;
    let documents: DocumentStore;
    let writer: ReturnType<typeof feedWriter>;
    const running: FeedProcess[] = [];
    const start = async (port = 0): Promise<FeedProcess> => {
      const started = await startFeedProcess({ documents, feeds, port });
      running.push(started);
      return started;
    };
    beforeAll(async () => {
      const server = await backend.start();
      const storage = backend.storage(server.url);
      const opened = await openDocuments(storage, { log: createLogger('test', 'silent') }, never);
      ({ documents } = opened);
      writer = feedWriter(documents, feeds);
      close = async () => {
        await opened.close();
        await emptyGallery(storage);
        await server.stop();
      };
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map(async ({ stop }) => stop()));
    });
    afterAll(async () => close());

    it('get an answer to whatever cursor they ask with, and when all that was in memory has expired', async () => {
      let aheadMs = 0;
      const brief = feedsOf([feedOf({ slug: 'brief', keepMs: 3_600_000 })]);
      const briefly = feedWriter(documents, brief);
      const postedAtMs = Date.now() - 1_000;
      for (let index = 0; index < 8; index += 1)
        await briefly.apply(writtenEventOf(writtenMessageOf(`number ${String(index)}`, { postedAtMs: postedAtMs + index })), 'brief');
      const limits = { entries: 5, changes: 10 };
      const process = await startFeedProcess({ documents, feeds: brief, limits, now: () => Date.now() + aheadMs });
      running.push(process);
      for (const cursor of ['999999999999999-9', '0-0', '9999999999999-1', '1-x'])
        for (const query of [`before=${cursor}`, `since=${cursor}`, `since=0-0&before=${cursor}`])
          expect([query, (await process.get(`/feeds/brief/entries?${query}`)).status]).toEqual([query, 200]);
      aheadMs = 4_000_000;
      await until('all have expired', () => process.lives.inMemory() === 0);
      for (const path of ['', '/entries', '/page', '/atom.xml'])
        expect([path, (await process.get(`/feeds/brief${path}`)).status]).toEqual([path, 200]);
    });

    it('see a message, its edit and its deletion within a second', async () => {
      const process = await start();
      const reader = await readFeed(`${process.url}/feeds/news/events`);
      await writer.apply(say('Hello', 1));
      await reader.gets(1);
      expect(reader.events[0]).toMatchObject({ event: 'entry', data: { id: `news.${idOf(1)}`, text: 'Hello' } });
      const message = writtenMessageOf('Hello, all', {
        postedAtMs: samplePostedAtMs + 1_000,
        isEdited: true,
        atUs: (samplePostedAtMs + 5_000) * 1_000,
      });
      await writer.apply(writtenEventOf(message));
      await reader.gets(2);
      expect(reader.events[1]).toMatchObject({ event: 'entry', data: { text: 'Hello, all', is_edited: true } });
      expect((await process.json('/feeds/news')).messages).toHaveLength(1);
      await writer.apply({ kind: 'deleted', channel: 'slack:C1', messageId: idOf(1), atUs: (samplePostedAtMs + 6_000) * 1_000 });
      await reader.gets(3);
      expect(reader.events[2]).toMatchObject({ event: 'removed', data: { id: `news.${idOf(1)}` } });
      await until('it is gone from GET', async () => (await process.json('/feeds/news')).messages.length === 0);
      expect(reader.events).toHaveLength(3);
    });

    it('are told the same by every process, with the same ids', async () => {
      const [first, second] = [await start(), await start()];
      const [one, two] = [await readFeed(`${first.url}/feeds/news/events`), await readFeed(`${second.url}/feeds/news/events`)];
      await until('both have their places', () => one.lastEventId() !== '' && two.lastEventId() !== '');
      const begin = one.lastEventId();
      await Promise.all(Array.from({ length: 30 }, async (_, index) => writer.apply(say(`many ${String(index)}`, 100 + index))));
      await Promise.all([one.gets(30), two.gets(30)]);
      const seen = ({ events }: typeof one) => events.map(({ data, lastEventId }) => `${lastEventId} ${String(data.text)}`);
      expect(seen(one)).toEqual(seen(two));
      expect(seen(one)).toHaveLength(30);
      // Half-way a reader goes over to the other process.
      const half = one.events[14]!.lastEventId;
      const over = await readFeed(`${second.url}/feeds/news/events`, half);
      await over.gets(15);
      const third = await start();
      const cold = await readFeed(`${third.url}/feeds/news/events`, begin);
      await cold.gets(30);
      expect(new Set([...seen(one).slice(0, 15), ...seen(over)])).toEqual(new Set(seen(one)));
      expect(seen(cold)).toEqual(seen(one));
      for (const reader of [one, two, over, cold]) reader.close();
    });

    it('miss nothing and see nothing twice when the process is started anew while much is said', async () => {
      const first = await start();
      const begin = await readFeed(`${first.url}/feeds/news/events`);
      await until('it has its place', () => begin.lastEventId() !== '');
      const texts = Array.from({ length: 60 }, (_, index) => `line ${String(index)}`);
      const speaking = (async () => {
        for (const [index, text] of texts.entries()) await writer.apply(say(text, 300 + index));
      })();
      await begin.gets(10);
      running.splice(running.indexOf(first), 1);
      await first.stop();
      const second = await start(first.port);
      const again = await readFeed(`${second.url}/feeds/news/events`, begin.lastEventId());
      await speaking;
      const all = () => [...begin.events, ...again.events].map(({ data }) => String(data.text));
      await until('the last line came', () => all().includes('line 59'));
      expect(all().toSorted()).toEqual(texts.toSorted());
      again.close();
    });
  });
});
