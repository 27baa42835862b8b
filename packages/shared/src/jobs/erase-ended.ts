import type { Logger } from '../observability/logger.ts';
import type { FailingJob } from './bullmq-backend.ts';
import { whatIsLeft, type JobKind } from './job-kinds.ts';

/** Erases what a job no longer needs that is done, or fails for good. Never rejects: the job must not be done again because of this. */
export async function eraseEnded(
  job: Pick<FailingJob, 'data' | 'updateData'>,
  kind: JobKind,
  how: 'done' | 'failed',
  log: Logger,
): Promise<void> {
  const left = whatIsLeft(kind, job.data, how);
  if (left === null) return;
  await job.updateData(left).catch((err: unknown) => log.warn({ err }, 'what a finished job no longer needs could not be erased'));
}
