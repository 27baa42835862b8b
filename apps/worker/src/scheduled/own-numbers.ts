import type { OwnNumbers } from '@watchpost/schedule/names';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Visits } from '@watchpost/visits/visits';

export interface OwnNumbersDeps {
  gallery: Pick<Gallery, 'people'>;
  records: Pick<SnapshotRecords, 'outcomes'>;
  visits: Pick<Visits, 'during'>;
  sender: Pick<JobSender, 'counts'>;
  now: () => number;
}

const dayMs = 86_400_000;

/** Our own numbers: of the last 24 hours, and of now. `startedAtMs`: of this worker. */
export function createOwnNumbers({ gallery, records, visits, sender, now }: OwnNumbersDeps): (signal: AbortSignal) => Promise<OwnNumbers> {
  const startedAtMs = now();
  return async (signal) => {
    const toMs = now();
    const fromMs = toMs - dayMs;
    const [people, outcomes, seen, jobs] = await Promise.all([
      gallery.people(signal),
      records.outcomes({ fromMs, toMs }, signal),
      visits.during({ fromMs, beforeMs: toMs }, signal),
      sender.counts(),
    ]);
    const inState = (...states: readonly string[]): number =>
      jobs.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
    return {
      people: people.filter(({ status }) => status === 'named').length,
      strangers: people.filter(({ status }) => status === 'unknown').length,
      snapshots: outcomes.reduce((sum, { snapshots }) => sum + snapshots, 0),
      visits: seen.length,
      waiting: inState('waiting', 'active'),
      failed: inState('failed'),
      uptimeHours: Math.round((toMs - startedAtMs) / 3_600_000),
    };
  };
}
