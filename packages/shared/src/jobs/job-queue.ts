import type { Job, JobKind, JobOf } from './job-kinds.ts';
import type { Held } from './job-need.ts';

/** The sending side. */
export interface JobSender {
  /**
   * Resolves once the queue has stored the job; sending the same id again is a no-op. Rejects with `job-refused` at once if the queue
   * can never store it, else with `queue-unavailable` after `timeoutMs` at the latest. The job may be in the queue even then, which is
   * harmless because of its id.
   */
  send(job: Job, options: { timeoutMs: number }): Promise<void>;
  /** Resolves when the queue answers; rejects with `queue-unavailable` otherwise. */
  ping(signal: AbortSignal): Promise<void>;
  /** Jobs by kind and state, for metrics. Rejects with `queue-unavailable` after 1.5 s. */
  counts(): Promise<{ kind: JobKind; state: string; count: number }[]>;
  close(): Promise<void>;
}

/** Asks the queue what it holds. */
export interface JobBacklog {
  /** How many jobs of a kind wait with a priority below this one, and how many run. Rejects with `queue-unavailable` after 1.5 s. */
  waitingBefore(kind: JobKind, priority: number): Promise<{ waiting: number; running: number }>;
}

/** Since when jobs have been in the queue. */
export interface JobAges {
  /**
   * When the job was queued that has been longest in each state, milliseconds since 1970: of the waiting ones among those whose turn comes
   * next, since cameras take turns. Kinds and states without a job are left out. Rejects with `queue-unavailable` after 1.5 s.
   */
  oldest(): Promise<{ kind: JobKind; state: 'waiting' | 'delayed' | 'active'; atMs: number }[]>;
}

export interface JobContext {
  /** From 1. */
  attempt: number;
  /** No further attempt follows. */
  lastAttempt: boolean;
}

/** `idle`: there was nothing to do, or not all that such a job does. Else it has done its work. */
export type JobResult = void | 'idle';

/**
 * Does a job's work. A permanent AppError fails the job; after a transient one it is tried again, after its `retryAfterMs` if it
 * has one (which uses up no attempt). A failure that comes from a missing JobNeed puts it back until the need is met; any other repairable
 * one lets it wait for a minute or two, as often as it takes.
 */
export type JobHandler<K extends JobKind> = (job: JobOf<K>, context: JobContext, signal: AbortSignal) => Promise<JobResult>;

export type JobHandlers = { [K in JobKind]: JobHandler<K> };

/** The receiving side. */
export interface JobReceiver {
  /** Stops taking jobs and resolves when the running ones are done. When `signal` aborts they are given up, for another worker to retry. */
  close(signal: AbortSignal): Promise<void>;
  /** For the liveness check: false when jobs are waiting and this process, idle, takes none. True while the queue is unreachable or the receiver stops. */
  isLive(): boolean;
  /** The kinds of jobs that this process does not take at present, and why; null before the first check. */
  held(): Held[] | null;
  /** How many jobs this process runs at this moment; kinds of which it runs none are left out. */
  running(): { kind: JobKind; count: number }[];
}
