import { AppError } from '@watchpost/shared/errors';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { SnapshotRecord } from './snapshot-record.ts';

/** How long records are kept. */
export const recordKeepMs = 30 * 24 * 3_600_000;

/** The record of a job that nothing was done for yet. */
export function newRecord(job: SnapshotJob): SnapshotRecord {
  return {
    snapshotId: job.snapshotId,
    job,
    revision: 1,
    state: 'received',
    outcome: null,
    outcomeAtMs: null,
    sha256: null,
    fingerprint: null,
    sameAs: null,
    width: null,
    height: null,
    faces: null,
    galleryPosition: null,
    look: null,
    upload: null,
    error: null,
    updatedAtMs: Date.now(),
  };
}

/** `SnapshotRecords.save` rejects with this. */
export function recordConflict(snapshotId: string): AppError {
  return new AppError('record-conflict', `another writer changed the record of ${snapshotId}`);
}

/** Whether its faces were recognised, so that later frames are compared with it. */
export function wasLookedAt({ state }: Pick<SnapshotRecord, 'state'>): boolean {
  return state === 'recognised' || state === 'posted' || state === 'nothing-to-post';
}

/** Whether it is being looked at, or waits for another frame. */
export function isInProgress({ state, look }: Pick<SnapshotRecord, 'state' | 'look'>): boolean {
  return state === 'received' && look !== null;
}
