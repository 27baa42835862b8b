import type { QueueHistory } from '@watchpost/shared/jobs/job-admin';
import type { HistoryAnswer } from './schema.ts';

const minuteMs = 60_000;
/** A chart has room for so many points. */
const mostPoints = 180;

/** The counts of all these kinds together, in steps of so many minutes that a chart shows them. Pure. */
export function inSteps(histories: readonly QueueHistory[]): HistoryAnswer {
  const minutes = histories[0]?.completed.length ?? 0;
  const step = Math.max(1, Math.ceil(minutes / mostPoints));
  const sums = (of: 'completed' | 'failed'): number[] => {
    const steps = Array.from({ length: Math.ceil(minutes / step) }, () => 0);
    for (const history of histories)
      for (const [minute, count] of history[of].entries()) {
        const at = Math.floor(minute / step);
        steps[at] = (steps[at] ?? 0) + count;
      }
    return steps;
  };
  return { fromMs: histories[0]?.fromMs ?? 0, stepMs: step * minuteMs, completed: sums('completed'), failed: sums('failed') };
}
