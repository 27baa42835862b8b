import type { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';

/** The record of a failed job says why. A failure to write that is logged only: it must not hide the failure itself. */
export async function recordFailure(
  snapshotId: string,
  error: AppError,
  { records, log }: { records: SnapshotRecords; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  try {
    const record = await records.get(snapshotId, signal);
    if (record) await records.save({ ...record, state: 'failed', error: { code: error.code, message: error.message } }, signal);
  } catch (err) {
    log.warn({ err, snapshot: snapshotId }, 'could not record a failure');
  }
}
