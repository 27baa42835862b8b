import { timeBefore } from '@watchpost/shared/jobs/times';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import type { Run } from '@watchpost/schedule/store/runs';
import type { Scheduling } from './scheduling-parts.ts';

/** The clocks of the queue and of this machine may differ by so much, milliseconds. */
const clockSkewMs = 2_000;

/**
 * The run that is to be done now: a new one, or one that a process did not live to finish. Null: there is none, because it is done already,
 * or so late that it is left out.
 */
export async function begin(
  task: ScheduledTask,
  askedAtMs: number | null,
  { runs, now }: Pick<Scheduling, 'runs' | 'now'>,
  signal: AbortSignal,
): Promise<Run | null> {
  const nowMs = now();
  const forMs = askedAtMs ?? timeBefore(task.times, nowMs + clockSkewMs);
  if (forMs === null) return null;
  const last = await runs.last(task.name, signal);
  if (last?.forMs === forMs && (last.state === 'running' || last.state === 'failed')) return { ...last, state: 'running' };
  if (last && last.forMs >= forMs && last.state !== 'running' && last.state !== 'failed') return null;
  const run: Run = { forMs, state: 'running', startedAtMs: nowMs, endedAtMs: null, error: null, found: 0, fresh: 0, telling: null };
  const isLate = askedAtMs === null && nowMs - forMs > task.late;
  await runs.save(task.name, isLate ? { ...run, state: 'skipped', endedAtMs: nowMs } : run, signal);
  return isLate ? null : run;
}
