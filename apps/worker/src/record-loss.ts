import type { AppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { Violations } from '@watchpost/rules/violations';
import { recordUnread, type FileDeps } from './file/pipeline.ts';
import { recordUnjudged, type MessageDeps } from './message/pipeline.ts';
import { recordFailure, type RecordFailureDeps } from './record-failure.ts';
import { recordLost } from './violation/lost.ts';

export interface LossDeps extends RecordFailureDeps, Pick<MessageDeps, 'sender' | 'sendTimeoutMs'> {
  violations: Pick<Violations, 'add' | 'get' | 'update'>;
  ruleCounts: MessageDeps['ruleCounts'] & FileDeps['ruleCounts'];
}

/** Notes that a job failed whose handler could not do it: its workers died, or what it needs is missing for good. Never rejects. */
export async function recordLoss(job: Job, error: AppError, deps: LossDeps, signal: AbortSignal): Promise<void> {
  if (job.kind === 'snapshot' || job.kind === 'result') await recordFailure(job, error, deps, signal);
  else if (job.kind === 'message') await recordUnjudged(job, error, deps, signal);
  else if (job.kind === 'file') await recordUnread(job, error, deps, signal);
  else if (error.code !== 'job-worker-lost') return;
  else if (job.kind === 'violation') await recordLost(job.violationId, { isRemoving: true }, deps, signal);
  // That it is not removed yet is told by the job that removes it, once that is over.
  else if (job.kind === 'telling' && job.what === 'done') await recordLost(job.violationId, { isRemoving: false }, deps, signal);
}
