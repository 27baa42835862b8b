import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';

/** Queues the job that posts the result. */
export async function requestResult(
  { snapshotId }: SnapshotJob,
  { sender, sendTimeoutMs }: { sender: JobSender; sendTimeoutMs: number },
): Promise<void> {
  await sender.send({ v: 1, kind: 'result', snapshotId }, { timeoutMs: sendTimeoutMs });
}
