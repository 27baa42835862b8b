import { fetchOutside } from '@watchpost/outside/fetch-outside';
import type { Schedule } from '@watchpost/schedule/schedule';
import { createCollections } from '@watchpost/schedule/store/collections';
import { createRuns } from '@watchpost/schedule/store/runs';
import type { JobScheduler } from '@watchpost/shared/jobs/job-scheduler';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createArrange } from './scheduled/arrange.ts';
import { createOwnNumbers, type OwnNumbersDeps } from './scheduled/own-numbers.ts';
import type { Scheduling } from './scheduled/scheduling-parts.ts';
import type { Task } from './schedule.ts';

export interface SchedulingOptions
  extends
    OwnNumbersDeps,
    Pick<Scheduling, 'documents' | 'secrets' | 'privateOrigins' | 'addQuote' | 'platformFor' | 'postNotice' | 'queueMail' | 'alerts'> {
  schedule: Schedule;
  jobScheduler: Pick<JobScheduler, 'arrange'>;
  log: Logger;
}

/** What jobs on a schedule work with, and the task that has the queue run them. */
export interface ScheduleParts {
  scheduling: Scheduling;
  scheduleTasks: Task[];
}

/** Puts together what jobs on a schedule need. */
export function createScheduling({ jobScheduler, log, ...options }: SchedulingOptions): ScheduleParts {
  const { documents } = options;
  const arrange = createArrange({ ...options, jobScheduler, log });
  return {
    scheduling: {
      ...options,
      collections: createCollections(documents),
      runs: createRuns(documents),
      fetchOutside,
      readNumbers: createOwnNumbers(options),
    },
    scheduleTasks: [{ name: 'schedule', everyMs: 5_000, run: arrange }],
  };
}
