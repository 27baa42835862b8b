import { storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import type { JobAdmin, QueueState } from '@watchpost/shared/jobs/job-admin';
import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import { pause } from '@watchpost/shared/wait';

const everyMs = 1_000;
/** A job that ends may have queued another one just before. */
const emptyLooks = 2;
/** A queue that does not answer for so long ends it; milliseconds. */
const patienceMs = 60_000;
/** Jobs of which none is taken for so long wait for something that their worker does not have; milliseconds. */
const stuckMs = 30_000;

/**
 * Resolves when the queue has been empty for a moment; says how much is left meanwhile, and what it waits for. Rejects with
 * `queue-unavailable` where the queue is away for a minute, and when `stopping` aborts.
 */
export async function drained(env: Env, say: (text: string) => void, stopping: AbortSignal): Promise<void> {
  const admin = await openJobAdmin(parseEnv(env, storageEnv), stopping);
  try {
    await untilEmpty(admin, { say }, stopping);
  } finally {
    await admin.close();
  }
}

export interface UntilEmptyOptions {
  say: (text: string) => void;
  now?: () => number;
  /** Between two looks, milliseconds. */
  lookEveryMs?: number;
}

/** As `drained`, on a queue that is open. */
export async function untilEmpty(
  admin: Pick<JobAdmin, 'queues' | 'list'>,
  { say, now = Date.now, lookEveryMs = everyMs }: UntilEmptyOptions,
  stopping: AbortSignal,
): Promise<void> {
  let told = '';
  let answeredAtMs = now();
  let moved = { counts: '', atMs: now() };
  for (let empty = 0; empty < emptyLooks;) {
    try {
      const left = leftIn(await admin.queues(jobKinds));
      const counts = JSON.stringify(left);
      if (counts !== moved.counts) moved = { counts, atMs: now() };
      const text = left.length === 0 ? 'nothing is left in the queue' : await textOf(left, admin, now() - moved.atMs >= stuckMs);
      // Before anything was in it there is nothing to tell.
      if (text !== told && (left.length > 0 || told !== '')) say(text);
      told = text;
      empty = left.length === 0 ? empty + 1 : 0;
      answeredAtMs = now();
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'queue-unavailable') || now() - answeredAtMs >= patienceMs) throw error;
      empty = 0;
    }
    await pause(lookEveryMs, stopping);
  }
}

/** The kinds of which jobs are left. Not the next run of each job on a schedule: workers make it again. */
const leftIn = (queues: readonly QueueState[]): QueueState[] =>
  queues
    .map((queue) => (queue.kind === 'scheduled' ? { ...queue, delayed: 0 } : queue))
    .filter(({ waiting, delayed, active }) => waiting + delayed + active > 0);

const jobs = (count: number, of = ''): string => `${String(count)} ${of}${count === 1 ? 'job' : 'jobs'}`;
const sum = (queues: readonly QueueState[], count: (queue: QueueState) => number): number =>
  queues.reduce((total, queue) => total + count(queue), 0);

/** How much is left and, where no job runs, why. */
async function textOf(left: readonly QueueState[], admin: Pick<JobAdmin, 'list'>, isStuck: boolean): Promise<string> {
  const total = sum(left, ({ waiting, delayed, active }) => waiting + delayed + active);
  const text = `${jobs(total)} ${total === 1 ? 'is' : 'are'} left in the queue`;
  if (left.some(({ active }) => active > 0)) return text;
  const paused = left.filter((queue) => queue.paused);
  const taken = left.filter((queue) => !queue.paused);
  const reasons = [
    ...paused.map(
      ({ kind, waiting, delayed }) =>
        `${jobs(waiting + delayed, `${kind} `)} of a queue that somebody has paused: resume it on the page Queue of a console`,
    ),
    ...(await dueText(taken, admin)),
    ...(isStuck && sum(taken, ({ waiting }) => waiting) > 0
      ? [`${jobs(sum(taken, ({ waiting }) => waiting))} that the worker does not take: its lines say what it waits for`]
      : []),
  ];
  return [text, ...reasons].join('; ');
}

/** When the next of those is due that wait for their time. */
async function dueText(taken: readonly QueueState[], admin: Pick<JobAdmin, 'list'>): Promise<string[]> {
  const kinds = taken.filter(({ delayed }) => delayed > 0).map(({ kind }) => kind);
  if (kinds.length === 0) return [];
  const delayed = await admin.list({ kinds, state: 'delayed', limit: 1_000 });
  const dueMs = Math.min(...delayed.map(({ atMs }) => atMs));
  if (!Number.isFinite(dueMs)) return [];
  const count = sum(taken, (queue) => queue.delayed);
  return [`${jobs(count)} for later, the next at ${new Date(dueMs).toLocaleTimeString('en-GB')}`];
}
