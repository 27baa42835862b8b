import type { MinuteCounts } from './bullmq-backend.ts';
import type { QueueHistory } from './job-admin.ts';
import type { JobKind } from './job-kinds.ts';

/** How many minutes workers count finished jobs for: a day. */
export const keptMinutes = 1_440;

const minuteMs = 60_000;

/**
 * The counts of the last minutes, the running one as the last. BullMQ closes a minute when the next job ends: what it has counted since
 * belongs to the minute of `prevTS`, and the minutes after that have none. Pure.
 */
export function toHistory(
  kind: JobKind,
  { completed, failed }: { completed: MinuteCounts; failed: MinuteCounts },
  { minutes, nowMs }: { minutes: number; nowMs: number },
): QueueHistory {
  const last = Math.floor(nowMs / minuteMs);
  const first = last - minutes + 1;
  return { kind, fromMs: first * minuteMs, completed: spread(completed, first, minutes), failed: spread(failed, first, minutes) };
}

function spread({ meta, data }: MinuteCounts, first: number, minutes: number): number[] {
  const counts = Array.from({ length: minutes }, () => 0);
  if (meta.prevTS === 0) return counts;
  const open = Math.floor(meta.prevTS / minuteMs);
  for (const [back, count] of [meta.count - meta.prevCount, ...data].entries()) {
    const index = open - back - first;
    if (index >= 0 && index < minutes) counts[index] = count;
  }
  return counts;
}
