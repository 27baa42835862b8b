import type { Job, JobKind, JobOf } from './jobs.ts';

/** The sending side. */
export interface JobSender {
  /**
   * Resolves once the queue has the job, durably; the same id again is a no-op. Rejects with `queue-unavailable` after
   * `timeoutMs` at the latest; the job may be in the queue all the same, which its id makes harmless.
   */
  send(job: Job, options: { timeoutMs: number }): Promise<void>;
  /** Resolves when the queue answers; rejects with `queue-unavailable` otherwise. */
  ping(signal: AbortSignal): Promise<void>;
  /** Jobs by kind and state, for metrics; rejects with `queue-unavailable` after 1.5 s. */
  counts(): Promise<{ kind: JobKind; state: string; count: number }[]>;
  close(): Promise<void>;
}

/**
 * What happens to a job. Throwing a permanent AppError ends the job; a transient one tries again later, after its
 * `retryAfterMs` where it has one (which uses up no attempt). `lastAttempt`: no further try follows.
 */
export type JobHandler<K extends JobKind> = (
  job: JobOf<K>,
  context: { attempt: number; lastAttempt: boolean },
  signal: AbortSignal,
) => Promise<void>;

export type JobHandlers = { [K in JobKind]: JobHandler<K> };

/** The receiving side. */
export interface JobReceiver {
  /** Stops taking jobs and resolves when the running ones are done. `signal` aborting gives those up: they are tried again by another worker. */
  close(signal: AbortSignal): Promise<void>;
  /** False when jobs wait and this process, idle, takes none: for the liveness check. True while the queue is away or the receiver stops. */
  running(): boolean;
}
