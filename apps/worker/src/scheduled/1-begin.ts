import { timeBefore } from '@watchpost/shared/jobs/times';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import type { Run } from '@watchpost/schedule/store/runs';
import type { Scheduling } from './scheduling-parts.ts';

/** The clocks of the queue and of this machine may differ by so much, milliseconds. */
const clockSkewMs = 2_000;
/** A run that begins within this time is in time, whatever `late` says: the queue takes a moment. Milliseconds. */
const inTimeMs = 60_000;
/** A run of a time that far ahead was written while some clock was wrong: it does not count. Milliseconds. */
const clockErrorMs = 3_600_000;

/** What is to be done now. */
export interface Plan {
  /** A new run, or one that a process did not live to finish. Not saved yet. */
  run: Run;
  isNew: boolean;
  /** An earlier run that was stopped while it told of what it had stored: that is told to its end first, so that no part of it comes again. */
  former: Run | null;
}

/**
 * What is to be done now. Null: nothing, because it is done already, or the server that it asks wants to be left alone. A run that is so late
 * that it is left out is `skipped`.
 */
export async function begin(
  task: ScheduledTask,
  askedAtMs: number | null,
  { runs, now }: Pick<Scheduling, 'runs' | 'now'>,
  signal: AbortSignal,
): Promise<Plan | null> {
  const nowMs = now();
  const forMs = askedAtMs ?? timeBefore(task.times, nowMs + clockSkewMs);
  if (forMs === null) return null;
  const last = credible(await runs.last(task.name, signal), nowMs);
  const isOpen = last !== null && isUnfinished(last);
  if (isOpen && last.forMs === forMs) return { run: { ...last, state: 'running' }, isNew: false, former: null };
  if (last && last.forMs >= forMs && !isOpen) return null;
  if (askedAtMs === null && isToWait(last, nowMs)) return null;
  const isLate = askedAtMs === null && nowMs - forMs > Math.max(task.late, inTimeMs);
  const run: Run = { ...blank, forMs, startedAtMs: nowMs, ...(isLate && { state: 'skipped', endedAtMs: nowMs }) };
  return { run, isNew: true, former: isOpen && last.telling !== null ? last : null };
}

const credible = (run: Run | null, nowMs: number): Run | null => (run && run.forMs <= nowMs + clockErrorMs ? run : null);
const isUnfinished = ({ state }: Run): boolean => state === 'running' || state === 'failed';

const blank = { state: 'running', endedAtMs: null, error: null, found: 0, fresh: 0, telling: null, waitUntilMs: null } as const;

/** Whether the server wants to be left alone. */
function isToWait(last: Run | null, nowMs: number): boolean {
  const waitMs = (last?.waitUntilMs ?? 0) - nowMs;
  return waitMs > 0 && waitMs <= clockErrorMs;
}
