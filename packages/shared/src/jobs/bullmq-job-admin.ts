import { raceWithin, throwIfAborted } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { MinuteCounts, OpenQueue, StoredJob } from './bullmq-backend.ts';
import { openQueues } from './bullmq-queues.ts';
import { failedPage, oldestWaiting } from './bullmq-job-lists.ts';
import {
  listedStates,
  type ChangedJob,
  type JobAdmin,
  type JobChoice,
  type JobDetails,
  type ListedJob,
  type ListedState,
  type QueueHistory,
  type QueueState,
} from './job-admin.ts';
import { aboutJob } from './job-about.ts';
import { jobDefinitions, type JobKind } from './job-kinds.ts';
import { toHistory } from './minute-counts.ts';
import { minuteCountsOnPostgres } from './postgres-minute-counts.ts';

const openTimeoutMs = 10_000;
const commandTimeoutMs = 10_000;
const closeTimeoutMs = 2_000;
/** Of a change that nobody has heard of again. */
const mayBeDone = '; it may be done all the same: look before you try again';
/** Failed jobs are read in portions of this size. */
const portion = 500;

/** BullMQ's states by ours: it keeps the waiting jobs that have a priority apart. */
const statesOf = {
  failed: ['failed'],
  waiting: ['waiting', 'prioritized'],
  delayed: ['delayed'],
  active: ['active'],
} satisfies Record<ListedState, Parameters<OpenQueue['getJobs']>[0]>;

const notRunning: Parameters<OpenQueue['getJobs']>[0] = ['failed', 'waiting', 'prioritized', 'delayed'];

/** BullMQ's reason for a job whose workers died; see JobReceiverOptions.onFailed. */
const stalledReason = /^job stalled more than/;

/** An operator's view of the queues on BullMQ: Redis if REDIS_URL is set, else PostgreSQL. It needs no worker. Rejects with `queue-unavailable`. */
export async function openJobAdmin(storage: StorageConfig, signal: AbortSignal): Promise<JobAdmin> {
  let lastError: Error | undefined;
  const onError = (error: Error): void => {
    lastError = error;
  };
  const opened = await openQueues(storage, { commandTimeoutMs, onError, connections: { shared: 4 } });
  const { queues } = opened;
  const close = async (): Promise<void> => opened.close(closeTimeoutMs);
  /** The calls of a command that is interrupted, or whose queue is away, do not go on for ever. */
  const ask = async <T>(work: Promise<T>, limitMs = commandTimeoutMs, inDoubt = ''): Promise<T> => {
    // Of a command that was interrupted already nobody waits for it.
    work.catch(() => undefined);
    try {
      return await raceWithin(async () => work, signal, limitMs);
    } catch (error) {
      throwIfAborted(signal);
      throw new AppError('queue-unavailable', `the queue does not answer${inDoubt}`, { cause: lastError ?? error });
    }
  };
  const make = async <T>(work: Promise<T>): Promise<T> => ask(work, commandTimeoutMs, mayBeDone);
  try {
    await ask(Promise.all(Object.values(queues).map((queue) => queue.waitUntilReady())), openTimeoutMs);
  } catch (error) {
    await close();
    throw error;
  }

  const change = async (
    { kinds, ids, code, onDone }: JobChoice,
    until: AbortSignal | undefined,
    work: (job: StoredJob) => Promise<ChangedJob['outcome']>,
  ): Promise<ChangedJob[]> => {
    const changed: ChangedJob[] = [];
    const wanted = ids === null ? (await Promise.all(kinds.map((kind) => ask(failedIds(queues[kind], code))))).flat() : [...new Set(ids)];
    for (const id of wanted) {
      if (until?.aborted) break;
      const found = await ask(Promise.all(kinds.map((kind) => queues[kind].getJob(id))));
      const job = found.find((each) => each !== undefined);
      const outcome = job ? await make(work(job)) : 'not-found';
      if (outcome === 'done') onDone?.();
      // One of all that another operator, or the queue's own limits, has removed in between.
      if (ids !== null || outcome === 'done') changed.push({ id, outcome });
    }
    return changed;
  };

  return {
    list: async ({ kinds, state, limit, ...from }) => {
      const listed = await Promise.all(kinds.map(async (kind) => ask(someOf(queues[kind], { kind, state, limit, ...from }))));
      return listed.flat().sort(newestFirst).slice(0, limit);
    },
    get: async (kinds, id) => {
      const found = await Promise.all(kinds.map(async (kind) => ({ kind, job: await ask(queues[kind].getJob(id)) })));
      for (const { kind, job } of found) if (job) return ask(toDetails(job, kind));
      return null;
    },
    history: async (kinds, minutes) => ask(historiesOf(storage, queues, kinds, minutes)),
    setPaused: async (kind, isPaused) => make(isPaused ? queues[kind].pause() : queues[kind].resume()),
    find: async ({ kinds, where }) => {
      const ids = await Promise.all(kinds.map((kind) => ask(idsWhere(queues[kind], where))));
      return [...new Set(ids.flat())];
    },
    queues: (kinds) => Promise.all(kinds.map((kind) => ask(queueState(queues[kind], kind)))),
    retry: (what, until) => change(what, until, retryFailed),
    drop: (what, until) =>
      change(what, until, async (job) => {
        const state = await stateOf(job);
        if (state === 'active' || state === 'not-found' || (what.ids === null && state !== 'failed')) return state;
        try {
          await job.remove();
        } catch (error) {
          // A worker has just taken it, or somebody else has just dropped or retried it.
          const now = await stateOf(job);
          if (now === state) throw error;
          return now;
        }
        return 'done';
      }),
    close,
  };
}

async function retryFailed(job: StoredJob): Promise<ChangedJob['outcome']> {
  const state = await stateOf(job);
  if (state !== 'failed') return state;
  // What it waited before does not count any more either.
  try {
    await job.updateProgress(0);
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    return 'done';
  } catch (error) {
    // Somebody else has just dropped or retried it.
    const now = await stateOf(job);
    if (now === 'failed') throw error;
    return now;
  }
}

async function queueState(queue: OpenQueue, kind: JobKind): Promise<QueueState> {
  const [{ active = 0, delayed = 0, prioritized = 0, failed = 0 }, { 0: first = 0 }, paused] = await Promise.all([
    queue.getJobCounts('active', 'delayed', 'prioritized', 'failed'),
    queue.getCountsPerPriority([0]),
    queue.isPaused(),
  ]);
  const waiting = first + prioritized;
  return { kind, paused, active, delayed, waiting, failed, oldestAtMs: waiting === 0 ? null : await oldestWaiting(queue) };
}

/** The ids of a queue's jobs that are neither running nor done, and whose data this is true of. */
async function idsWhere(queue: OpenQueue, where: (data: unknown) => boolean): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; ; from += portion) {
    const jobs = await queue.getJobs(notRunning, from, from + portion - 1, true);
    ids.push(...jobs.flatMap(({ id, data }) => (id !== undefined && where(data) ? [id] : [])));
    // Each state is read in portions of its own.
    if (jobs.length === 0) return ids;
  }
}

/** On PostgreSQL all queues' counts are read together. */
async function historiesOf(
  storage: StorageConfig,
  queues: Record<JobKind, OpenQueue>,
  kinds: readonly JobKind[],
  minutes: number,
): Promise<QueueHistory[]> {
  const { REDIS_URL: redis, POSTGRES_URL: postgres } = storage;
  const countsOf = redis === undefined && postgres !== undefined ? await minuteCountsOnPostgres(postgres) : null;
  const nowMs = Date.now();
  return Promise.all(
    kinds.map(async (kind) => {
      const counts = countsOf?.(jobDefinitions[kind].queue) ?? (await minuteCountsOf(queues[kind], minutes));
      return toHistory(kind, counts, { minutes, nowMs });
    }),
  );
}

async function minuteCountsOf(queue: OpenQueue, minutes: number): Promise<{ completed: MinuteCounts; failed: MinuteCounts }> {
  const [completed, failed] = await Promise.all([queue.getMetrics('completed', 0, minutes), queue.getMetrics('failed', 0, minutes)]);
  return { completed, failed };
}

/** Jobs of one queue in one state, the newest first. */
async function someOf(
  queue: OpenQueue,
  { kind, state, ...which }: { kind: JobKind } & Omit<Parameters<JobAdmin['list']>[0], 'kinds'>,
): Promise<ListedJob[]> {
  const toOurs = (job: StoredJob): ListedJob => toListed(job, kind, state);
  if (state === 'failed') return failedPage(queue, { ...which, toListed: toOurs });
  return (await queue.getJobs(statesOf[state], 0, which.limit - 1)).map(toOurs);
}

/** By the time, then by the id: as the failed ones are continued. */
const newestFirst = (a: ListedJob, b: ListedJob): number => b.atMs - a.atMs || (a.id < b.id ? 1 : -1);

async function toDetails(job: StoredJob, kind: JobKind): Promise<JobDetails | null> {
  const state = await stateOf(job);
  const listed = listedStates.find((each) => each === state);
  return listed ? { ...toListed(job, kind, listed), sentAtMs: job.timestamp, about: aboutJob(kind, job.data) } : null;
}

/** The ids of all failed jobs, or of those with this code, the oldest first. */
async function failedIds(queue: OpenQueue, code: string | undefined): Promise<string[]> {
  const ids: string[] = [];
  for (let start = 0; ; start += portion) {
    const jobs = await queue.getJobs(['failed'], start, start + portion - 1, true);
    const wanted = jobs.filter(({ failedReason }) => code === undefined || reasonOf(failedReason)?.code === code);
    ids.push(...wanted.flatMap(({ id }) => id ?? []));
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
