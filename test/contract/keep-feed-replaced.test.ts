import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { openDocuments } from '@watchpost/gallery/open-documents';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { readFeed } from '../support/feed-reader.ts';
import { feedWriter, startFeedProcess } from '../support/feed-rig.ts';
import { feedOf, feedsOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from '../support/feed-samples.ts';
import { oneOfEachBackend } from '../support/gallery-backends.ts';
import { openIt } from '../support/keep-database.ts';
import { until } from '../support/until.ts';

const say = (text: string, index: number) => writtenEventOf(writtenMessageOf(text, { postedAtMs: samplePostedAtMs + index * 1_000 }));

onEachStore(
  'a feed process whose database is replaced',
  ({ storage }) => {
    it('serves what is there now, and has readers load their page again, whatever position they come with', async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-feed-'));
      const file = path.join(folder, 'backup.gz');
      const feeds = feedsOf([feedOf({ keepMs: 36_525 * 86_400_000 })]);
      const database = await openIt(storage());
      const opened = await openDocuments(storage(), { log: createLogger('test', 'silent') }, never);
      const writer = feedWriter(database.documents, feeds);
      const process = await startFeedProcess({ ...opened, feeds });
      try {
        const texts = async (): Promise<unknown[]> => {
          const { messages } = await process.json('/feeds/news');
          return messages.map((each) => /in the backup|after it|of the new history/.exec(JSON.stringify(each))?.[0]);
        };
        await writer.apply(say('in the backup', 1));
        await until('it is served', async () => (await texts()).length === 1);
        await exportArchive(database, file, {}, never);
        const reader = await readFeed(`${process.url}/feeds/news/events`);
        await writer.apply(say('after it', 2));
        await reader.gets(1);
        const position = reader.lastEventId();
        await restoreArchive(database, file, { replace: true }, never);
        await until('the reader is told', () => reader.events.some(({ event }) => event === 'reset'));
        expect(await texts()).toEqual(['in the backup']);
        // Somebody who was away meanwhile.
        const late = await readFeed(`${process.url}/feeds/news/events?since=${position}`);
        await until('the late one is told', () => late.events.some(({ event }) => event === 'reset'));
        // What is written from now on is told as always.
        await feedWriter(database.documents, feeds).apply(say('of the new history', 3));
        await until('it is told', () =>
          reader.events.some(({ data }) => (data as { text?: string } | null)?.text === 'of the new history'),
        );
        expect(new Set(await texts())).toEqual(new Set(['in the backup', 'of the new history']));
        reader.close();
        late.close();
      } finally {
        await process.stop();
        await opened.close();
        await database.close();
        await rm(folder, { recursive: true });
      }
    });
  },
  { backends: oneOfEachBackend },
);
