import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import type { FeedChange } from '@watchpost/feeds/feed-store';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, expect, it } from 'vitest';
import { never } from '../../../support/each-store.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const startMs = 500_000 * hourMs;
let nowMs: number;
let documents: DocumentStore;
let puts: string[];

const now = (): number => nowMs;
const change = (id: string): FeedChange => ({ kind: 'entry', feed: 'news', id, changes: 1 });
const idsIn = async (after = 0): Promise<(readonly [number, string[]])[]> =>
  (await createFeedLog(documents).read(after, 100, never)).map(({ batch, changes }) => [
    batch,
    changes.map((each) => (each.kind === 'entry' ? each.id : each.kind)),
  ]);

beforeEach(() => {
  nowMs = startMs + 1_234;
  puts = [];
  const memory = createMemoryDocuments(now);
  documents = {
    ...memory,
    put: async (document, signal) => {
      const written = await memory.put(document, signal);
      puts.push(document.kind);
      return written;
    },
  };
});

it('begins with the hour, and counts by one', async () => {
  const log = createFeedLog(documents, { now });
  for (const id of ['a', 'b']) await log.append([change(id)], never);
  expect(await idsIn()).toEqual([
    [startMs, ['a']],
    [startMs + 1, ['b']],
  ]);
  expect(await idsIn(startMs)).toEqual([[startMs + 1, ['b']]]);
  expect(await log.newest(never)).toBe(startMs + 1);
});

it('writes what comes while it writes as one batch', async () => {
  const log = createFeedLog(documents, { now });
  await Promise.all(Array.from({ length: 40 }, async (_, number) => log.append([change(String(number))], never)));
  const batches = await idsIn();
  expect(batches.map(([, ids]) => ids.length)).toEqual([1, 39]);
  expect(puts.filter((kind) => kind === 'feed-log')).toHaveLength(2);
});

it('never gives out a number twice, also after everything has expired', async () => {
  const log = createFeedLog(documents, { now });
  for (let number = 0; number < 30; number += 1) await log.append([change(String(number))], never);
  nowMs += 49 * hourMs;
  await documents.expire(never);
  expect(await idsIn()).toEqual([]);
  await log.append([change('later')], never);
  expect(await idsIn()).toEqual([[startMs + 49 * hourMs, ['later']]]);
});

it('two processes that find it empty at the turn of the minute agree on where it begins', async () => {
  nowMs = startMs + minuteMs - 1;
  const slow = createFeedLog(
    {
      ...documents,
      put: async (document, signal) => {
        // Another process begins, a minute later by the clock, before this one has written its first batch.
        if (document.kind === 'feed-log' && document.revision === 0 && nowMs < startMs + minuteMs) {
          nowMs += 2;
          await createFeedLog(documents, { now }).append([change('fast')], never);
        }
        return documents.put(document, signal);
      },
    },
    { now },
  );
  await slow.append([change('slow')], never);
  expect(await idsIn()).toEqual([
    [startMs, ['fast']],
    [startMs + 1, ['slow']],
  ]);
});

it('a process that slept for days goes on behind what others wrote', async () => {
  const asleep = createFeedLog(documents, { now });
  await asleep.append([change('before')], never);
  nowMs += 49 * hourMs;
  await documents.expire(never);
  await createFeedLog(documents, { now }).append([change('meanwhile')], never);
  await asleep.append([change('after')], never);
  expect((await idsIn()).map(([, ids]) => ids)).toEqual([['meanwhile'], ['after']]);
});

it('a follower that reads while batches are written does not miss the one that its reading passed', async () => {
  const log = createFeedLog(documents, { now });
  for (const id of ['a', 'b', 'c']) await log.append([change(id)], never);
  let reads = 0;
  const passing: DocumentStore = {
    ...documents,
    find: async (query, signal) => {
      const found = await documents.find(query, signal);
      reads += 1;
      // A database reads on where it was: b was written behind that place, and c before the end.
      return reads === 1 ? found.filter(({ id }) => id !== String(startMs + 1)) : found;
    },
  };
  const read = await createFeedLog(passing).read(0, 100, never);
  expect(read.map(({ batch }) => batch)).toEqual([startMs, startMs + 1, startMs + 2]);
});

it('tells each caller what went wrong, and goes on', async () => {
  let isAway = true;
  const flaky = createFeedLog(
    {
      ...documents,
      put: async (document, signal) => {
        if (isAway) throw new AppError('gallery-unavailable', 'away');
        return documents.put(document, signal);
      },
    },
    { now },
  );
  const lost = await Promise.allSettled(['a', 'b'].map(async (id) => flaky.append([change(id)], never)));
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  await flaky.append([change('c')], never);
  expect((await idsIn()).map(([, ids]) => ids)).toEqual([['c']]);
  await expect(flaky.append([change('d')], AbortSignal.abort())).rejects.toThrow('stopped');
});
