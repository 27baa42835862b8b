import type { JobsOptions } from 'bullmq';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { raceAbort, within } from '../wait.ts';
import { closeQueue, openQueue, type OpenQueue, type StoredScheduler } from './bullmq-backend.ts';
import type { Arranged, JobScheduler, Recurring } from './job-scheduler.ts';
import { logConnectionErrors } from './log-connection-errors.ts';
import { scheduledJobs, type ScheduledJob } from './scheduled-job.ts';

const commandTimeoutMs = 5_000;
const closeTimeoutMs = 3_000;
/** For all of `arrange`, milliseconds. */
const arrangeTimeoutMs = 30_000;
/** More than a file may have. */
const most = 1_000;
/** Job schedulers of BullMQ: on Redis if REDIS_URL is set, else on PostgreSQL. Connects when it is used first. */
export function createJobScheduler(storage: StorageConfig, { log }: { log: Logger }): JobScheduler {
  let queue: OpenQueue | undefined;
  const onError = logConnectionErrors(log);
  const letGo = async (): Promise<void> => {
    const closing = queue;
    queue = undefined;
    if (closing) await closeQueue(closing, closeTimeoutMs);
  };
  return {
    arrange: async (jobs, signal) => {
      try {
        queue ??= openQueue(storage, scheduledJobs.queue, commandTimeoutMs, onError, 1);
        return await raceAbort(arrange(queue, jobs), within(signal, arrangeTimeoutMs));
      } catch (error) {
        // A queue whose first connection failed never recovers: the next call opens another one.
        await letGo();
        throw new AppError('queue-unavailable', 'the jobs on a schedule could not be arranged in the queue', { cause: error });
      }
    },
    close: letGo,
  };
}

async function arrange(queue: OpenQueue, jobs: readonly Recurring[]): Promise<Arranged> {
  await queue.waitUntilReady();
  const before = new Map((await queue.getJobSchedulers(0, most)).map((each) => [each.key, each]));
  const arranged: Arranged = { added: [], changed: [], removed: [] };
  for (const job of jobs) {
    const found = before.get(job.name);
    before.delete(job.name);
    if (found && isAsWanted(found, job)) continue;
    const data = { v: 1, kind: 'scheduled', name: job.name } satisfies ScheduledJob;
    await queue.upsertJobScheduler(job.name, { pattern: job.pattern, tz: job.timeZone }, { name: data.kind, data, opts: runOptions });
    arranged[found ? 'changed' : 'added'].push(job.name);
  }
  for (const name of before.keys()) {
    await queue.removeJobScheduler(name);
    arranged.removed.push(name);
  }
  return arranged;
}

const isAsWanted = (found: StoredScheduler, { pattern, timeZone }: Recurring): boolean =>
  found.pattern === pattern && found.tz === timeZone;

/** Of one run. What became of it is in its document, so the queue need not remember many. */
const runOptions: JobsOptions = {
  attempts: scheduledJobs.attempts,
  backoff: { type: 'exponential', delay: scheduledJobs.backoffMs, jitter: 0.5 },
  removeOnComplete: { age: 86_400, count: 1_000 },
  removeOnFail: { age: 7 * 86_400, count: 1_000 },
  keepLogs: 0,
  stackTraceLimit: 1,
};
