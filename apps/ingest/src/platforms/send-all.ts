import { AppError } from '@watchpost/shared/errors';
import { jobId, type Job } from '@watchpost/shared/jobs/job-kinds';
import type { Logger } from '@watchpost/shared/observability/logger';

export interface SendAllOptions {
  /** Of each job, unless all are sent again. */
  count: (outcome: 'queued' | 'refused') => void;
  log: Logger;
  /** What is logged about a job that the queue refuses. */
  lost: string;
}

/** Queues every job that the queue takes, before it rejects for the others: with an error that passes if there is one, else `job-refused`. */
export async function sendAll<J extends Job>(
  jobs: readonly J[],
  send: (job: J) => Promise<void>,
  { count, log, lost }: SendAllOptions,
): Promise<void> {
  const sent = await Promise.allSettled(jobs.map(send));
  const failure = worst(sent);
  // The platform sends the whole message again: it is counted then.
  if (failure !== null && !isRefused(failure)) throw failure;
  for (const [index, job] of jobs.entries()) {
    const result = sent[index];
    count(result?.status === 'rejected' ? 'refused' : 'queued');
    if (result?.status === 'rejected') log.error({ err: result.reason, job: jobId<Job['kind']>(job.kind, job) }, lost);
  }
  if (failure !== null) throw failure;
}

/** Why some of it failed: an error that passes if there is one, because then all of it is to be tried again. Null: nothing did. */
export function worst(results: readonly PromiseSettledResult<unknown>[]): Error | null {
  const failures = results.flatMap((result): Error[] => (result.status === 'rejected' ? [toError(result.reason)] : []));
  return failures.find((error) => !isRefused(error)) ?? failures[0] ?? null;
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new AppError('internal', 'something else was thrown'));

const isRefused = (error: Error): boolean => error instanceof AppError && error.code === 'job-refused';
