import type { PostProgress } from '@watchpost/shared/chat/posts';
import type { Violation } from '@watchpost/rules/violation';
import { busy, save, type StoreDeps } from '../violation/store.ts';

/** Where a violation keeps how far one of its posts got. */
export interface ProgressOf {
  read: (violation: Violation) => PostProgress | null;
  write: (violation: Violation, progress: PostProgress) => Violation;
}

/** Notes each step of a post. Rejects with `violation-busy` if another job has taken a step that this one does not know. */
export function progressSaver(violation: Violation, { read, write }: ProgressOf, deps: StoreDeps, signal: AbortSignal) {
  let known = read(violation);
  return async (progress: PostProgress): Promise<void> => {
    const change = (now: Violation): Violation => {
      const stored = read(now);
      if (sameJson(stored, progress)) return now;
      if (!sameJson(stored, known)) throw busy();
      return write(now, progress);
    };
    await save(violation, change, deps, signal);
    known = progress;
  };
}

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What is not to be posted, or not any more. */
export const neverPosted: PostProgress = { state: 'gone', fileId: null, uploadedAtMs: null, askedAtMs: null, messageId: null };

/** Whether nothing is left to be done about a post. */
export const isOver = (progress: PostProgress | null): boolean => progress?.state === 'posted' || progress?.state === 'gone';
