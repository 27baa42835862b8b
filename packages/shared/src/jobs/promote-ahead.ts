import type { OpenQueue, StoredJob } from './bullmq-backend.ts';

/** Two clocks that agree are no further apart, milliseconds. */
const clocksApartMs = 5 * 60_000;
/** Those whose turn comes last are looked at, so many at a time, and at most so many times. */
const [looked, mostLooks] = [20, 50];

export type DelayedJob = Pick<StoredJob, 'id' | 'timestamp' | 'processedOn' | 'delay' | 'promote'>;

/** The part of the queue that is needed. */
export interface DelayedJobs {
  getJobs(states: ['delayed'], start: number, end: number, asc: false): Promise<DelayedJob[]>;
}

/**
 * Lets jobs be taken that were postponed, or sent to be taken later, by a clock that is ahead of ours, once they have waited as long as they were to:
 * that clock may have been put right since, and then they would wait for the time that it showed. How long they have waited is counted from when
 * this process saw them first, so that it matters nothing whose clock is wrong. Call it again and again; it resolves to how many it let go, and
 * rejects while the queue is away. `elapsedMs`: of a clock that nobody sets.
 */
export function createPromoter(queue: OpenQueue | DelayedJobs): (nowMs: number, elapsedMs: number) => Promise<number> {
  const delayed: DelayedJobs = queue;
  let seen = new Map<string, number>();
  return async (nowMs, elapsedMs) => {
    const still = new Map<string, number>();
    let promoted = 0;
    let start = 0;
    for (let look = 0; look < mostLooks; look += 1) {
      // Taken meanwhile: none.
      const jobs = (await delayed.getJobs(['delayed'], start, start + looked - 1, false)).filter(Boolean);
      const ahead = jobs.filter(({ timestamp, processedOn = timestamp }) => processedOn > nowMs + clocksApartMs);
      const due = ahead.filter(({ id = '', timestamp, processedOn = timestamp, delay }) => {
        const key = `${id} ${String(processedOn)}`;
        const sinceMs = seen.get(key) ?? elapsedMs;
        still.set(key, sinceMs);
        return elapsedMs - sinceMs >= delay;
      });
      // What another worker has promoted a moment before is refused.
      const settled = await Promise.allSettled(due.map(async (job) => job.promote()));
      const gone = settled.filter(({ status }) => status === 'fulfilled').length;
      promoted += gone;
      start += looked - gone;
      if (ahead.length === 0 || jobs.length < looked) break;
    }
    seen = still;
    return promoted;
  };
}
