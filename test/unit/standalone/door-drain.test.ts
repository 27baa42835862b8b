import { untilEmpty } from '@watchpost/standalone/drain';
import { AppError } from '@watchpost/shared/errors';
import type { JobAdmin, QueueState } from '@watchpost/shared/jobs/job-admin';
import { expect, it } from 'vitest';

const never = new AbortController().signal;
const queue = (kind: QueueState['kind'], counts: Partial<QueueState> = {}): QueueState => ({
  kind,
  waiting: 0,
  delayed: 0,
  active: 0,
  failed: 0,
  oldestAtMs: null,
  paused: false,
  ...counts,
});

/** A queue that answers one look after the other; an error: it does not answer. `stepMs`: between two looks. */
async function drain(looks: (QueueState[] | AppError)[], { stepMs = 1_000, dueMs = 0 } = {}): Promise<string[]> {
  const said: string[] = [];
  let nowMs = 0;
  let look = 0;
  const admin: Pick<JobAdmin, 'queues' | 'list'> = {
    queues: async () => {
      const found = looks[Math.min(look, looks.length - 1)];
      look += 1;
      nowMs += stepMs;
      if (found instanceof AppError) throw found;
      return found ?? [];
    },
    list: async ({ kinds }) =>
      kinds.map((kind) => ({ id: 'a', kind, state: 'delayed', attempts: 0, maxAttempts: 8, atMs: dueMs, reason: null })),
  };
  await untilEmpty(admin, { say: (text) => void said.push(text), now: () => nowMs, lookEveryMs: 0 }, never);
  return said;
}

const away = new AppError('queue-unavailable', 'the queue does not answer');

it('says how much is left, in words that fit, and when nothing is', async () => {
  const looks = [[queue('visit', { waiting: 2, active: 1 })], [queue('visit', { active: 1 })], [queue('visit')], [queue('visit')]];
  expect(await drain(looks)).toEqual(['3 jobs are left in the queue', '1 job is left in the queue', 'nothing is left in the queue']);
  expect(await drain([[], []])).toEqual([]);
});

it('does not wait for the next run of a job on a schedule', async () => {
  expect(await drain([[queue('scheduled', { delayed: 4 })]])).toEqual([]);
});

it('says whose queue somebody has paused', async () => {
  const looks = [[queue('visit', { waiting: 2, paused: true })], [], []];
  expect((await drain(looks))[0]).toBe(
    '2 jobs are left in the queue; 2 visit jobs of a queue that somebody has paused: resume it on the page Queue of a console',
  );
});

it('says when the next job is due that waits for its time', async () => {
  const dueMs = new Date(2026, 10, 23, 14, 5).getTime();
  expect((await drain([[queue('visit', { delayed: 1 })], [], []], { dueMs }))[0]).toBe(
    '1 job is left in the queue; 1 job for later, the next at 14:05:00',
  );
});

it('says that the worker takes none, once that has lasted', async () => {
  const waiting = [queue('snapshot', { waiting: 3 })];
  expect(await drain([waiting, waiting, waiting, waiting, [], []], { stepMs: 15_000 })).toEqual([
    '3 jobs are left in the queue',
    '3 jobs are left in the queue; 3 jobs that the worker does not take: its lines say what it waits for',
    'nothing is left in the queue',
  ]);
});

it('bears a queue that does not answer for a moment, and not for a minute', async () => {
  expect(await drain([[queue('visit', { active: 1 })], away, [], away, [], []])).toEqual([
    '1 job is left in the queue',
    'nothing is left in the queue',
  ]);
  await expect(drain([away], { stepMs: 20_000 })).rejects.toMatchObject({ code: 'queue-unavailable' });
  await expect(drain([new AppError('internal', 'a fault')])).rejects.toThrow('a fault');
});
