import type { AppError } from '../errors.ts';
import type { Backoff } from '../retry.ts';
import type { JobKind } from './job-kinds.ts';

/**
 * Something that jobs need and that may be missing for a while, through no fault of theirs: the platform's permission, or the
 * database. While it is missing, jobs are held: they wait in their queue and use up no attempt.
 */
export interface JobNeed {
  /** As the log and the metrics name it. */
  name: string;
  /** True if a job may have failed in this way because this is missing. */
  explains: (error: AppError) => boolean;
  /**
   * Looks whether it is there. Rejects with an error that it `explains` if it is missing; any other error says nothing. Where it resolves
   * although jobs fail, only running one tells when they can go on.
   */
  check: (kind: JobKind, signal: AbortSignal) => Promise<void>;
  /** What a person can do about a failure that only a job has met, in one sentence. An error of `check` is such a sentence itself. */
  advise: (error: AppError) => string;
  /** Waits between two checks while it is missing. */
  backoff: Backoff;
}

/** What a kind of job waits for. */
export interface Held {
  kind: JobKind;
  need: string;
  /** What is missing and what a person can do about it, in one sentence. */
  reason: string;
}

/** What to do with a failed job. `own`: it failed for itself. `first`, `later`: put it back and use up no attempt; `later` lets others go first. */
export type HoldVerdict = 'own' | 'first' | 'later';
