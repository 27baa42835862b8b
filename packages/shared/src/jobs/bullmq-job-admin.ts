import { raceAbort, throwIfAborted, within } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import { closeQueue, openQueue, type OpenQueue, type StoredJob } from './bullmq-backend.ts';
import { listedStates, type ChangedJob, type JobAdmin, type ListedJob, type ListedState, type QueueState } from './job-admin.ts';
import { jobDefinitions, perKind, type JobKind } from './job-kinds.ts';

const openTimeoutMs = 10_000;
const commandTimeoutMs = 10_000;
const closeTimeoutMs = 2_000;
/** Failed jobs are read in portions of this size. */
const portion = 500;

/** BullMQ's states by ours: it keeps the waiting jobs that have a priority apart. */
const statesOf = {
  failed: ['failed'],
  waiting: ['waiting', 'prioritized'],
  delayed: ['delayed'],
  active: ['active'],
} satisfies Record<ListedState, Parameters<OpenQueue['getJobs']>[0]>;

/** BullMQ's reason for a job whose workers died; see JobReceiverOptions.onFailed. */
const stalledReason = /^job stalled more than/;

/** An operator's view of the queues on BullMQ: Redis if REDIS_URL is set, else PostgreSQL. It needs no worker. Rejects with `queue-unavailable`. */
export async function openJobAdmin(storage: StorageConfig, signal: AbortSignal): Promise<JobAdmin> {
  let lastError: Error | undefined;
  const queues = perKind((kind) =>
    openQueue(storage, jobDefinitions[kind].queue, commandTimeoutMs, (error) => {
      lastError = error;
    }),
  );
  const all = Object.values(queues);
  const close = async (): Promise<void> => {
    await Promise.all(all.map((queue) => closeQueue(queue, closeTimeoutMs)));
  };
  /** The calls of a command that is interrupted, or whose queue is away, do not go on for ever. */
  const ask = async <T>(work: Promise<T>, limitMs = commandTimeoutMs): Promise<T> => {
    try {
      return await raceAbort(work, within(signal, limitMs));
    } catch (error) {
      throwIfAborted(signal);
      throw new AppError('queue-unavailable', 'the queue does not answer', { cause: lastError ?? error });
    }
  };
  try {
    await ask(Promise.all(all.map((queue) => queue.waitUntilReady())), openTimeoutMs);
  } catch (error) {
    await close();
    throw error;
  }

  const change = async (
    { kinds, ids }: Parameters<JobAdmin['retry']>[0],
    work: (job: StoredJob) => Promise<ChangedJob['outcome']>,
  ): Promise<ChangedJob[]> => {
    const changed: ChangedJob[] = [];
    const wanted = ids === null ? (await Promise.all(kinds.map((kind) => ask(failedIds(queues[kind]))))).flat() : [...new Set(ids)];
    for (const id of wanted) {
      const found = await Promise.all(kinds.map((kind) => ask(queues[kind].getJob(id))));
      const job = found.find((each) => each !== undefined);
      const outcome = job ? await ask(work(job)) : 'not-found';
      // One of all that another operator, or the queue's own limits, has removed in between.
      if (ids !== null || outcome === 'done') changed.push({ id, outcome });
    }
    return changed;
  };

  return {
    list: async ({ kinds, state, limit }) => {
      const listed = await Promise.all(
        kinds.map(async (kind) =>
          (await ask(queues[kind].getJobs(statesOf[state], 0, limit - 1))).map((job) => toListed(job, kind, state)),
        ),
      );
      return listed
        .flat()
        .sort((a, b) => b.atMs - a.atMs)
        .slice(0, limit);
    },
    find: async ({ kinds, where }) =>
      (await Promise.all(kinds.map((kind) => findIds((from) => ask(openJobs(queues[kind], from)), where)))).flat(),
    queues: (kinds) => Promise.all(kinds.map((kind) => ask(queueState(queues[kind], kind)))),
    retry: (what) =>
      change(what, async (job) => {
        const state = await stateOf(job);
        if (state !== 'failed') return state;
        // What it waited before does not count any more either.
        await job.updateProgress(0);
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        return 'done';
      }),
    drop: (what) =>
      change(what, async (job) => {
        const state = await stateOf(job);
        if (state === 'active' || (what.ids === null && state !== 'failed')) return state;
        try {
          await job.remove();
        } catch (error) {
          // A worker has just taken it.
          if ((await stateOf(job)) === 'active') return 'active';
          throw error;
        }
        return 'done';
      }),
    close,
  };
}

/** A portion of those that are not running and not done, of each state. */
const openJobs = (queue: OpenQueue, from: number): Promise<StoredJob[]> =>
  queue.getJobs(['failed', 'waiting', 'prioritized', 'delayed'], from, from + portion - 1, true);

async function findIds(read: (from: number) => Promise<StoredJob[]>, where: (data: unknown) => boolean): Promise<string[]> {
  const ids = new Set<string>();
  for (let from = 0; ; from += portion) {
    const jobs = await read(from);
    for (const { id, data } of jobs) if (id !== undefined && where(data)) ids.add(id);
    if (jobs.length === 0) return [...ids];
  }
}

async function queueState(queue: OpenQueue, kind: JobKind): Promise<QueueState> {
  const [{ active = 0, delayed = 0, prioritized = 0 }, { 0: waiting = 0 }, paused] = await Promise.all([
    queue.getJobCounts('active', 'delayed', 'prioritized'),
    queue.getCountsPerPriority([0]),
    queue.isPaused(),
  ]);
  return { kind, paused, active, delayed, waiting: waiting + prioritized };
}

/** The ids of all failed jobs, the oldest first. */
async function failedIds(queue: OpenQueue): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const jobs = await queue.getJobs(['failed'], ids.length, ids.length + portion - 1, true);
    ids.push(...jobs.flatMap(({ id }) => id ?? []));
    if (jobs.length < portion) return ids;
  }
}

async function stateOf(job: StoredJob): Promise<ChangedJob['outcome']> {
  const state = await job.getState();
  if (state === 'completed') return state;
  return listedStates.find((each) => each === state) ?? (state === 'unknown' ? 'not-found' : 'waiting');
}

function toListed(job: StoredJob, kind: JobKind, state: ListedState): ListedJob {
  // The delay is that after the last attempt; only when that began is known, not when it ended.
  const dueMs = (job.processedOn ?? job.timestamp) + job.delay;
  const at: Record<ListedState, number | undefined> = {
    failed: job.finishedOn,
    active: job.processedOn,
    delayed: dueMs,
    waiting: job.timestamp,
  };
  return {
    id: job.id ?? '',
    kind,
    state,
    attempts: job.attemptsMade,
    // BullMQ runs a job once that names no number.
    maxAttempts: Math.max(1, job.opts.attempts ?? 1),
    atMs: at[state] ?? job.timestamp,
    reason: reasonOf(job.failedReason),
  };
}

/** What the receiver stored: our code, and our message. */
function reasonOf(stored: string | null | undefined): ListedJob['reason'] {
  if (!stored) return null;
  if (stalledReason.test(stored)) return { code: 'job-worker-lost', message: 'three workers died while running this job' };
  const [, code, message] = /^([a-z]+(?:-[a-z]+)*): (.*)$/s.exec(stored) ?? [];
  return code === undefined || message === undefined ? { code: null, message: stored } : { code, message };
}
