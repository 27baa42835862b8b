import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { backfilledRank, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { pause } from '@watchpost/shared/wait';
import { createLine } from './line.ts';

/** Between two looks at the queue while snapshots wait, milliseconds. */
const lookEveryMs = 2_000;

/** Gives each snapshot its rank in the queue. */
export interface Ranks {
  /**
   * Queues a snapshot with `send`. `live`: at its camera's turn; `camera` is the camera's name, or whatever tells it from others. `late`: it
   * was fetched after an outage, and waits behind all live ones.
   */
  queue(job: SnapshotJob, place: { live: string } | 'late', send: (job: SnapshotJob) => Promise<void>): Promise<void>;
  /** Resolves when it no longer looks at the queue, after the signal has aborted. */
  done: Promise<void>;
}

/** Ranks by what this process has queued, and by how many jobs wait in all. */
export function createRanks(sender: Pick<JobSender, 'counts'>, signal: AbortSignal, everyMs = lookEveryMs): Ranks {
  const line = createLine();
  let late = 0;

  const look = async (): Promise<void> => {
    const mark = line.mark();
    const counts = await sender.counts();
    const waiting = counts.find(({ kind, state }) => kind === 'snapshot' && state === 'waiting');
    if (waiting) line.observe(waiting.count, mark);
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      await pause(everyMs, signal);
      // A queue that does not answer says nothing about who waits.
      if (line.size() > 0) await look().catch(() => undefined);
    }
  };

  return {
    queue: async (job, place, send) => {
      if (place === 'late') {
        late += 1;
        await send({ ...job, rank: backfilledRank + late });
        line.passedBy();
        return;
      }
      const joined = line.join(place.live);
      try {
        await send(joined.rank === 0 ? job : { ...job, rank: joined.rank });
        line.stored();
      } catch (error) {
        line.leave(joined);
        throw error;
      }
    },
    done: watch().catch(() => undefined),
  };
}
