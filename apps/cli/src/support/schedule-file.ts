import { scheduleEnv } from '@watchpost/schedule/config';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { silent, type DatabaseContext } from './open-database.ts';

/** The jobs of the file that SCHEDULE_FILE names. Throws `config-invalid`. */
export async function scheduledTasks({ env, signal }: DatabaseContext): Promise<readonly ScheduledTask[]> {
  const { SCHEDULE_FILE: file } = parseEnv(env, scheduleEnv);
  if (!file)
    throw new AppError('config-invalid', 'SCHEDULE_FILE is not set: it names the file of jobs on a schedule, the same as for the worker');
  const schedule = await openSchedule({ file, log: silent(), signal });
  schedule.close();
  return schedule.all();
}
