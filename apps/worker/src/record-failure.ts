import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { JobContext, JobResult } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { isGalleryMissing } from './gallery-ready.ts';

interface RecordFailureDeps {
  records: SnapshotRecords;
  log: Logger;
}

type Handler<J> = (job: J, context: JobContext, signal: AbortSignal) => Promise<JobResult>;

/**
 * A handler that also writes a failure to the snapshot's record if no further attempt follows. Failures that may hold the job instead
 * are left to the receiver, which decides about them.
 */
export function recordingFailures<J extends { snapshotId: string }>(deps: RecordFailureDeps, handler: Handler<J>): Handler<J> {
  return async (job, context, signal) => {
    try {
      return await handler(job, context, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      const isLast = error.retry === 'permanent' || (context.lastAttempt && error.retry === 'transient' && !isGalleryMissing(error));
      if (isLast) await recordFailure(job.snapshotId, error, deps, signal);
      throw error;
    }
  };
}

/** Writes a failure to the snapshot's record, if it has one that is not done. Logs an error of its own, which must not hide the failure. */
export async function recordFailure(
  snapshotId: string,
  error: AppError,
  { records, log }: RecordFailureDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    const record = await records.get(snapshotId, signal);
    // Of a job that ran twice, or whose last answer was lost: what has been done stays done.
    if (!record || isDone(record)) return;
    await records.save({ ...record, state: 'failed', error: { code: error.code, message: error.message } }, signal);
  } catch (err) {
    log.warn({ err, snapshot: snapshotId }, 'could not record a failure');
  }
}

const isDone = ({ state }: SnapshotRecord): boolean => state === 'posted' || state === 'nothing-to-post' || state === 'nothing-new';
