import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext, JobResult } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { isGalleryMissing } from './gallery-ready.ts';
import type { OutcomeCounter } from './outcome-counter.ts';
import { outcomeOfFailure } from './snapshot/outcome.ts';

export interface RecordFailureDeps {
  records: Pick<SnapshotRecords, 'open' | 'get' | 'save'>;
  count: OutcomeCounter;
  log: Logger;
}

/** A job whose progress is in a snapshot's record. */
export type RecordedJob = Extract<Job, { kind: 'snapshot' | 'result' }>;

type Handler<J> = (job: J, context: JobContext, signal: AbortSignal) => Promise<JobResult>;

/**
 * A handler that also writes a failure to the snapshot's record if no further attempt follows. Failures that may hold the job instead
 * are left to the receiver, which decides about them.
 */
export function recordingFailures<J extends RecordedJob>(deps: RecordFailureDeps, handler: Handler<J>): Handler<J> {
  return async (job, context, signal) => {
    try {
      return await handler(job, context, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      const isLast = error.retry === 'permanent' || (context.lastAttempt && error.retry === 'transient' && !isGalleryMissing(error));
      if (isLast) await recordFailure(job, error, deps, signal);
      throw error;
    }
  };
}

/** Writes a failure to the snapshot's record unless that is done. Logs an error of its own, which must not hide the failure. */
export async function recordFailure(
  job: RecordedJob,
  error: AppError,
  { records, count, log }: RecordFailureDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    // A worker may have died before it opened the record.
    const record = job.kind === 'snapshot' ? await records.open(job, signal) : await records.get(job.snapshotId, signal);
    // Of a job that ran twice, or whose last answer was lost: what has been done stays done.
    if (!record || doneStates.has(record.state)) return;
    const failed: SnapshotRecord = { ...record, state: 'failed', error: { code: error.code, message: error.message } };
    if (record.faces !== null) {
      // Its faces are known: only its post failed.
      await records.save(failed, signal);
      return;
    }
    const outcome = outcomeOfFailure(error.code);
    await records.save({ ...failed, outcome, outcomeAtMs: Date.now() }, signal);
    // Again where the worker died before the queue knew, or where an operator has run it again: it was counted.
    if (record.outcome !== outcome) count(record.job.camera, outcome);
  } catch (err) {
    log.warn({ err, snapshot: job.snapshotId }, 'could not record a failure');
  }
}

const doneStates: ReadonlySet<SnapshotRecord['state']> = new Set(['posted', 'nothing-to-post', 'nothing-new', 'skipped'] as const);
