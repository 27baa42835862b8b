import { createLive } from '@watchpost/console/live/hub';
import { followChanges } from '@watchpost/console/live/sources';
import type { TopicChange } from '@watchpost/console/live/topics';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it, onTestFinished } from 'vitest';
import { idleJobs } from '../../support/console-rig.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { until } from '../../support/until.ts';

it('people who changed are told of, also where the database fails just then', async () => {
  let version = 1;
  const asked: number[] = [];
  const parts = {
    gallery: { position: () => ({ epoch: 'e', version }) },
    questions: {
      changedSince: async (since: number) => {
        asked.push(since);
        if (asked.length === 1) throw new AppError('gallery-unavailable', 'away for a moment');
        return { personIds: ['p1'] };
      },
    },
    documents: createMemoryDocuments(),
    database: { writesOf: async () => '0' },
  };
  const database = { isOpen: () => true, parts: () => parts, opened: async () => ({ followed: { onReplaced: () => undefined } }) };
  const live = createLive();
  const told: TopicChange[] = [];
  live.subscribe((change) => told.push(change));
  const stopping = new AbortController();
  const following = followChanges(
    { database: database as never, jobAdmin: async () => idleJobs, live, log: createLogger('test', 'silent') },
    stopping.signal,
  );
  onTestFinished(async () => {
    stopping.abort();
    await following;
  });
  await new Promise((resolve) => setImmediate(resolve));
  version = 2;
  await until('pages are told', () => told.some(({ topic }) => topic === 'log'), 10_000);
  expect(told).toEqual([{ topic: 'people', ids: ['p1'] }, { topic: 'visits' }, { topic: 'log' }]);
  expect(asked).toEqual([1, 1]);
});
