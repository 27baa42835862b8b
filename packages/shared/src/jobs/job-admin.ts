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

/** A place in the list of failed jobs. */
export type JobPlace = Pick<ListedJob, 'atMs' | 'id'>;

/** One job with what it is about. */
export interface JobDetails extends ListedJob {
  /** When it was sent, milliseconds since 1970. */
  sentAtMs: number;
  /** Fields of its payload that are ids, times and the like: nothing that somebody wrote, no name, no address. */
  about: Record<string, string | number | boolean>;
}

/** How much there is to do in the queue of one kind. */
export interface QueueState {
  kind: JobKind;
  waiting: number;
  delayed: number;
  active: number;
  failed: number;
  /** When the oldest of the waiting ones was sent, milliseconds since 1970; null: none waits. Among many with priorities it may be missed. */
  oldestAtMs: number | null;
  /** An operator has paused the queue: no worker takes jobs from it. */
  paused: boolean;
}

/** How many jobs of one kind were done, and failed for good, in each minute of the last hours. */
export interface QueueHistory {
  kind: JobKind;
  /** When the first minute began, milliseconds since 1970. */
  fromMs: number;
  /** The oldest first, one for each minute. */
  completed: number[];
  failed: number[];
}

/** Which jobs to change. `ids`: null for all that have failed, or of those the ones with this error code. */
export interface JobChoice {
  kinds: readonly JobKind[];
  ids: readonly string[] | null;
  code?: string;
  /** Called for each job that it was done to, also where a later one fails. */
  onDone?: () => void;
}

/** What became of one job. A state: it is in this state, in which this cannot be done. */
export interface ChangedJob {
  id: string;
  outcome: 'done' | 'not-found' | ListedState | 'completed';
}

/** What an operator does with jobs; everything rejects with `queue-unavailable` if the queue does not answer: a change may be made all the same. */
export interface JobAdmin {
  /**
   * The newest first, at most `limit`. Without `kinds`, of every kind. `before`: of the failed ones, those that come after this one in
   * the list. `code`: those that failed with it, among the newest 2,000 of a kind.
   */
  list(what: { kinds: readonly JobKind[]; state: ListedState; limit: number; before?: JobPlace; code?: string }): Promise<ListedJob[]>;
  /** Null: it is not there any more. */
  get(kinds: readonly JobKind[], id: string): Promise<JobDetails | null>;
  /** The ids of jobs that are not running and not done, and whose data this is true of. Reads all of them: for kinds that are few. */
  find(what: { kinds: readonly JobKind[]; where: (data: unknown) => boolean }): Promise<string[]>;
  queues(kinds: readonly JobKind[]): Promise<QueueState[]>;
  /** The last `minutes` minutes, at most a day of them. */
  history(kinds: readonly JobKind[], minutes: number): Promise<QueueHistory[]>;
  /**
   * Puts failed jobs back into their queue with all their attempts, the oldest first. When `until` aborts it stops before the next job, and
   * resolves to what became of those before.
   */
  retry(what: JobChoice, until?: AbortSignal): Promise<ChangedJob[]>;
  /** Removes jobs that are not running. `until`: as of `retry`. */
  drop(what: JobChoice, until?: AbortSignal): Promise<ChangedJob[]>;
  /** From now on no worker takes jobs of this kind, or workers do again. Running ones go on. */
  setPaused(kind: JobKind, isPaused: boolean): Promise<void>;
  close(): Promise<void>;
}
