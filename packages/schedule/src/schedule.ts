import { everyMs, type Times } from '@watchpost/shared/jobs/times';
import type { JobSettings, ScheduleFile } from './file/schedule-file.ts';

/** A job on a schedule, with what holds where the file says nothing. */
export interface ScheduledTask extends Omit<JobSettings, 'cron' | 'every' | 'timeZone'> {
  times: Times;
}

/** What the file says now. */
export interface Schedule {
  all(): readonly ScheduledTask[];
  get(name: string): ScheduledTask | null;
  /** What is wrong with a later version of the file, a line each; none: what is in force is what it says. */
  faults(): readonly string[];
  close(): void;
}

/** The jobs of a file. Pure. */
export function toTasks({ jobs = [], timeZone: usual = Intl.DateTimeFormat().resolvedOptions().timeZone }: ScheduleFile): ScheduledTask[] {
  return jobs.map(({ cron, every, timeZone = usual, ...job }) => ({
    ...job,
    times: { pattern: cron ?? everyMs(every ?? 0), timeZone },
  }));
}
