import { AppError, toAppError } from '@watchpost/shared/errors';
import { pause, within } from '@watchpost/shared/wait';
import type { Head } from '../domain.ts';

interface OpenCommit<T> {
  id: string;
  base: Head;
  result: T;
  error: unknown;
}

/**
 * The commits of one change whose answer was lost: each was made, will be made, or never is. Since all of them compete for the same
 * version, at most one is; a head that was read later tells which.
 */
export interface OpenCommits<T> {
  /** Notes a commit that failed. Rejects with its error if that is no lost answer. */
  note(commit: OpenCommit<T>, signal: AbortSignal): 'unanswered';
  /** The one of them that was made. Rejects with `gallery-unavailable` when that can no longer be known. */
  find(head: Head): OpenCommit<T> | null;
  /** Runs `read`. Resolves to null, to be called again, if it fails while a commit is open; after some seconds, rejects. */
  whileUnanswered<R>(read: (limited: AbortSignal) => Promise<R>, signal: AbortSignal): Promise<R | null>;
}

/** How long a lost answer is looked for. */
const patienceMs = 10_000;
const lastLookMs = 2_000;
const againMs = 100;

export function createOpenCommits<T>(): OpenCommits<T> {
  const open: OpenCommit<T>[] = [];
  /** After that it is not tried again, and */
  let untilMs = Infinity;
  /** after that not even looked for. */
  let lookUntilMs = Infinity;

  return {
    note: (commit, signal) => {
      const { code } = toAppError(commit.error);
      if (signal.aborted || (code !== 'gallery-unavailable' && code !== 'internal')) throw commit.error;
      untilMs = Math.min(untilMs, performance.now() + patienceMs);
      lookUntilMs = Math.max(untilMs, performance.now()) + lastLookMs;
      open.push(commit);
      return 'unanswered';
    },
    find: (head) => {
      const made = open.find(({ id }) => head.recent.some((mark) => mark.id === id));
      if (made) return made;
      const [oldest] = head.recent;
      for (const { base, error } of open) {
        const isCovered = head.version === base.version || (oldest !== undefined && oldest.version <= base.version + 1);
        if (head.epoch !== base.epoch || !isCovered) throw unknownOutcome(error);
      }
      if (performance.now() > untilMs) throw open.at(-1)?.error;
      return null;
    },
    whileUnanswered: async (read, signal) => {
      if (open.length === 0) return read(signal);
      try {
        return await read(within(signal, Math.max(1, Math.ceil(lookUntilMs - performance.now()))));
      } catch (error) {
        if (signal.aborted) throw error;
        if (performance.now() >= lookUntilMs) throw unknownOutcome(error);
        await pause(againMs, signal);
        return null;
      }
    },
  };
}

function unknownOutcome(cause: unknown): AppError {
  return new AppError('gallery-unavailable', 'the database did not say whether the change was made: look before you repeat it', { cause });
}
