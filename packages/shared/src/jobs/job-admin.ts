import type { JobKind } from './job-kinds.ts';

export const listedStates = ['failed', 'waiting', 'delayed', 'active'] as const;
export type ListedState = (typeof listedStates)[number];

/** A job as an operator sees it. */
export interface ListedJob {
  id: string;
  kind: JobKind;
  state: ListedState;
  /** Used up. */
  attempts: number;
  maxAttempts: number;
  /** When it failed, was taken, or becomes due; for a waiting job, when it was sent. Milliseconds since 1970. */
  atMs: number;
  /** Why its last attempt failed. `code` is null where the failure is not one of ours. */
  reason: { code: string | null; message: string } | null;
}

/** How much there is to do in the queue of one kind. */
export interface QueueState {
  kind: JobKind;
  waiting: number;
  delayed: number;
  active: number;
  /** An operator has paused the queue: no worker takes jobs from it. */
  paused: boolean;
}

/** What became of one job. A state: it is in this state, in which this cannot be done. */
export interface ChangedJob {
  id: string;
  outcome: 'done' | 'not-found' | ListedState | 'completed';
}

/** What an operator does with jobs; everything rejects with `queue-unavailable` if the queue does not answer. */
export interface JobAdmin {
  /** The newest first, at most `limit`. Without `kinds`, of every kind. */
  list(what: { kinds: readonly JobKind[]; state: ListedState; limit: number }): Promise<ListedJob[]>;
  /** The ids of jobs that are not running and not done, and whose data this is true of. Reads all of them: for kinds that are few. */
  find(what: { kinds: readonly JobKind[]; where: (data: unknown) => boolean }): Promise<string[]>;
  /** What has not failed and is not done. */
  queues(kinds: readonly JobKind[]): Promise<QueueState[]>;
  /** Puts failed jobs back into their queue with all their attempts, the oldest first. `ids`: null for all that have failed. */
  retry(what: { kinds: readonly JobKind[]; ids: readonly string[] | null }): Promise<ChangedJob[]>;
  /** Removes jobs that are not running. `ids`: null for all that have failed. */
  drop(what: { kinds: readonly JobKind[]; ids: readonly string[] | null }): Promise<ChangedJob[]>;
  close(): Promise<void>;
}
