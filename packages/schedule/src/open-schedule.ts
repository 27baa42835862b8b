import type { Logger } from '@watchpost/shared/observability/logger';
import { openSettings } from '@watchpost/shared/settings-file/open-settings';
import type { ScheduleFile } from './file/schedule-file.ts';
import { toTasks, type Schedule, type ScheduledTask } from './schedule.ts';

export interface OpenScheduleOptions {
  /** Null: there are no jobs. */
  file: string | null;
  log: Logger;
  signal: AbortSignal;
  /** How often the file is read again, milliseconds. */
  everyMs?: number;
}

/**
 * Opens the jobs on a schedule and follows their file: a change holds some seconds later. Rejects with `config-invalid`, which names all
 * faults; of a later version with faults the log says where they are, and the one before stays.
 */
export async function openSchedule({ file, log, signal, everyMs = 1_000 }: OpenScheduleOptions): Promise<Schedule> {
  if (file === null) return { all: () => [], get: () => null, faults: () => [], close: () => undefined };
  // Parsers of pages, which check places in them too: only where there are jobs.
  const { readScheduleFile } = await import('./file/read-schedule-file.ts');
  const count = ({ jobs = [] }: ScheduleFile) => ({ jobs: jobs.length });
  const what = 'jobs on a schedule';
  const settings = await openSettings({ file, variable: 'SCHEDULE_FILE', what, read: readScheduleFile, count, log, everyMs }, signal);
  let made: { of: ScheduleFile; tasks: ScheduledTask[] } | null = null;
  const tasks = (): ScheduledTask[] => {
    const now = settings.current();
    if (made?.of !== now) made = { of: now, tasks: toTasks(now) };
    return made.tasks;
  };
  return {
    all: tasks,
    get: (name) => tasks().find((each) => each.name === name) ?? null,
    faults: () => settings.faults(),
    close: () => settings.close(),
  };
}
