import type { ListedJob } from '@watchpost/shared/jobs/job-admin';
import { dropFailedJobs } from '@watchpost/worker/privacy/failed-jobs';
import { createSharedAdmin } from '@watchpost/worker/privacy/shared-admin';
import { expect, it } from 'vitest';

const never = new AbortController().signal;

/** As the queue lists them: the newest first, from a place on. */
function adminOf(failedAtMs: number[]) {
  let jobs = failedAtMs.map((atMs, index) => ({ id: `job-${index}`, atMs }));
  const listed = (job: { id: string; atMs: number }): ListedJob => ({
    ...job,
    kind: 'visit',
    state: 'failed',
    attempts: 1,
    maxAttempts: 1,
    reason: null,
  });
  return {
    left: () => jobs.map(({ atMs }) => atMs),
    list: async ({ kinds, limit, before }: { kinds: readonly string[]; limit: number; before?: { atMs: number; id: string } }) =>
      jobs
        .filter(({ atMs }) => kinds.includes('visit') && (!before || atMs < before.atMs))
        .sort((a, b) => b.atMs - a.atMs)
        .slice(0, limit)
        .map(listed),
    drop: async ({ ids }: { ids: readonly string[] | null }) => {
      jobs = jobs.filter(({ id }) => !ids?.includes(id));
      return (ids ?? []).map((id) => ({ id, outcome: 'done' as const }));
    },
  };
}

it('jobs that failed long ago go, however many have failed since', async () => {
  const admin = adminOf([...Array.from({ length: 1_001 }, (_, index) => 1_000 + index), ...Array.from({ length: 250 }, () => 10)]);
  expect(await dropFailedJobs(admin, 500, never)).toBe(250);
  expect([admin.left().length, Math.min(...admin.left())]).toEqual([1_001, 1_000]);
});

it('the queue is opened once for all who look into it, again after a failure, and closed at the end', async () => {
  const stop = new AbortController();
  const events: string[] = [];
  const { list, drop } = adminOf([]);
  const open = async () => {
    events.push('open');
    return { list, drop, find: async () => [], close: async () => void events.push('close') };
  };
  const use = createSharedAdmin({ open }, stop.signal);
  expect([await use(async () => 1), await use(async () => 2)]).toEqual([1, 2]);
  expect(events).toEqual(['open']);
  await expect(use(async () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await use(async () => 3);
  expect(events).toEqual(['open', 'close', 'open']);
  stop.abort();
  await expect.poll(() => events).toEqual(['open', 'close', 'open', 'close']);
});
