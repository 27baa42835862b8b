import { AppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { OutcomeCounter } from '../outcome-counter.ts';
import { recordingFailures } from '../record-failure.ts';
import { joinVisit, type JoinDeps } from '../snapshot/5-join-visit.ts';

export interface ResultDeps extends JoinDeps {
  count: OutcomeCounter;
  records: SnapshotRecords;
  log: Logger;
}

/**
 * A job of an earlier release, which posted each snapshot: its snapshot joins a visit. One whose post that release had asked for counts as
 * posted, because nothing is posted twice.
 */
export function createResultHandler(deps: ResultDeps): JobHandler<'result'> {
  return recordingFailures(deps, async ({ snapshotId }, { attempt }, signal) => {
    const log = deps.log.child({ snapshot: snapshotId, attempt });
    const record = await deps.records.get(snapshotId, signal);
    if (!record) throw new AppError('record-missing', 'the snapshot has no record');
    if (record.upload && record.upload.state !== 'uploaded') {
      if (record.state === 'posted') return 'idle';
      await deps.records.save({ ...record, state: 'posted', error: null }, signal);
      log.warn({ upload: record.upload.state }, 'the release before posted this snapshot, or was about to: it is not posted again');
      return 'idle';
    }
    if (!isRecognised(record)) return 'idle';
    const visit = await joinVisit(record, deps, signal);
    log.info({ visit: visit.id, camera: record.job.camera }, 'result joined a visit');
    return undefined;
  });
}

/** Recognised and not posted, or failed to be posted and run again by an operator. */
function isRecognised({ state, faces }: SnapshotRecord): boolean {
  return state === 'recognised' || (state === 'failed' && faces !== null && faces.length > 0);
}
