import { AppError } from '@watchpost/shared/errors';
import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import type { WorkLease } from '../alone.ts';

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

/** Milliseconds. */
const comeAgainMs = 1_000;

/** Another job has come first: this one comes again, which uses up no attempt. */
export const busy = (): AppError => new AppError('violation-busy', 'another job works on this violation', { retryAfterMs: comeAgainMs });

/** A worker that dies holds others up no longer; a call of the platform takes 15 s at most. Milliseconds. */
const leaseMs = 20_000;

/** One process at a time works on a violation. */
export const leaseOf = (id: string): WorkLease => ({ id: `violation-${id}`, leaseMs, busy });
