import type { OpenQueue } from './bullmq-backend.ts';

/** Two clocks that agree are no further apart, milliseconds. */
const clocksApartMs = 5 * 60_000;
/** Those whose turn comes last are looked at, so many at a time. */
const looked = 20;

/**
 * Lets jobs be taken that were postponed, or sent to be taken later, while a worker's clock was ahead: its time has come, though the clock says
 * otherwise since it is right. Resolves to their number. Rejects while the queue is away.
 */
export async function promoteAhead(queue: Pick<OpenQueue, 'getJobs'>, nowMs: number): Promise<number> {
  for (let promoted = 0; ;) {
    // Taken meanwhile: none.
    const jobs = (await queue.getJobs(['delayed'], 0, looked - 1, false)).filter(Boolean);
    const ahead = jobs.filter(({ timestamp, processedOn = timestamp }) => processedOn > nowMs + clocksApartMs);
    // What another worker has promoted a moment before is refused.
    const settled = await Promise.allSettled(ahead.map((job) => job.promote()));
    const count = settled.filter(({ status }) => status === 'fulfilled').length;
    promoted += count;
    if (count === 0 || jobs.length < looked) return promoted;
  }
}
