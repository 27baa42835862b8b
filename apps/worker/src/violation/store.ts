import type { PostProgress } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';
import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import type { Room } from '../alone.ts';

export interface StoreDeps {
  violations: Pick<Violations, 'update'>;
  now: () => number;
}

/** Writes a change on what is stored now. Resolves to what is stored then. */
export async function save(
  { id }: Violation,
  change: (now: Violation) => Violation,
  { violations }: Pick<StoreDeps, 'violations'>,
  signal: AbortSignal,
): Promise<Violation> {
  return (await violations.update(id, change, signal)).violation;
}

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

/** Milliseconds. */
const comeAgainMs = 1_000;

const busy = (): AppError => new AppError('violation-busy', 'another job works on this violation', { retryAfterMs: comeAgainMs });

/** A worker that dies holds others up no longer; a call of the platform takes 15 s at most. Milliseconds. */
const leaseMs = 20_000;

/** One process at a time works on a violation. */
export const roomOf = (id: string): Room => ({ id: `violation-${id}`, leaseMs, busy });

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What is not to be posted, or not any more. */
export const neverPosted: PostProgress = { state: 'gone', fileId: null, uploadedAtMs: null, askedAtMs: null, messageId: null };

/** Whether nothing is left to be done about a post. */
export const isOver = (progress: PostProgress | null): boolean => progress?.state === 'posted' || progress?.state === 'gone';
