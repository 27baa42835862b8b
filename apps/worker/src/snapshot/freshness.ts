import type { JobBacklog } from '@watchpost/shared/jobs/job-queue';
import { backfilledRank, isBackfilled, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';

/** How much waits, and how fast it goes. */
export interface Backlog {
  /** Live snapshots that wait. */
  waiting: number;
  /** Snapshots that all workers are busy with. */
  running: number;
  /** How long one takes, waiting for its turn in the worker included. Null: none has been measured. Milliseconds. */
  meanMs: number | null;
}

/**
 * Whether a snapshot of this age is to be skipped: it is older than the budget, and what waits will not be done within the budget. After an
 * outage of an hour a short queue is worked off; when more comes in than can be done, the oldest go. Pure.
 */
export function isToBeSkipped(ageMs: number, { waiting, running, meanMs }: Backlog, budgetMs: number): boolean {
  if (meanMs === null || ageMs <= budgetMs) return false;
  // So many are done in that time: by Little's law, those that run divided by how long each takes.
  return (waiting * meanMs) / Math.max(1, running) > budgetMs;
}

/** Decides which snapshots are skipped because too many wait. */
export interface Freshness {
  isToBeSkipped(job: SnapshotJob): Promise<boolean>;
  /** An attempt at a snapshot that was not skipped has ended, after so many milliseconds. */
  worked(durationMs: number): void;
}

/** Fewer measurements say nothing; more than these would be about another hour. */
const [fewestMeasured, mostMeasured] = [5, 50];
/** How long a count is good enough: one snapshot is skipped within some milliseconds. */
const countEveryMs = 250;

/** `budgetMs` 0: nothing is skipped. The queue is asked only about snapshots older than the budget; while it does not answer none is skipped. */
export function createFreshness({ budgetMs, backlog }: { budgetMs: number; backlog: JobBacklog }, now: () => number = Date.now): Freshness {
  const durations: number[] = [];
  let count: { atMs: number; answer: Promise<{ waiting: number; running: number }> } | null = null;
  let skippedSince = 0;

  const countAgain = async (): Promise<{ waiting: number; running: number }> => {
    if (count === null || now() - count.atMs > countEveryMs) {
      skippedSince = 0;
      count = { atMs: now(), answer: backlog.waitingBefore('snapshot', backfilledRank) };
    }
    const { waiting, running } = await count.answer;
    return { waiting: waiting - skippedSince, running };
  };

  return {
    isToBeSkipped: async (job) => {
      const ageMs = now() - job.takenAtMs;
      if (budgetMs === 0 || ageMs <= budgetMs || isBackfilled(job) || durations.length < fewestMeasured) return false;
      const meanMs = durations.reduce((sum, each) => sum + each, 0) / durations.length;
      const counted = await countAgain().catch(() => null);
      const skip = counted !== null && isToBeSkipped(ageMs, { ...counted, meanMs }, budgetMs);
      if (skip) skippedSince += 1;
      return skip;
    },
    worked: (durationMs) => {
      durations.push(durationMs);
      if (durations.length > mostMeasured) durations.shift();
    },
  };
}
