import type { JobScheduler } from '@watchpost/shared/jobs/job-scheduler';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Schedule } from '@watchpost/schedule/schedule';
import type { ScheduleAlerts } from './scheduling-parts.ts';

export interface ArrangeDeps {
  schedule: Pick<Schedule, 'all'>;
  jobScheduler: Pick<JobScheduler, 'arrange'>;
  alerts: Pick<ScheduleAlerts, 'raise'>;
  log: Logger;
  now: () => number;
}

/** Workers that are replaced one after the other read different files for a while. Milliseconds. */
const patienceMs = 120_000;
/** After so long without another change it was another time. Milliseconds. */
const quietMs = 300_000;

/**
 * Has the queue run what the file says. Call it again and again. Admins are told where somebody else arranges other jobs all the time: workers
 * with different files take each other's jobs out, and some of their runs are lost.
 */
export function createArrange({ schedule, jobScheduler, alerts, log, now }: ArrangeDeps): (signal: AbortSignal) => Promise<void> {
  let wanted: string | null = null;
  let undone: { sinceMs: number; lastMs: number } | null = null;
  return async (signal) => {
    const jobs = schedule.all().map(({ name, times }) => ({ name, ...times }));
    const arranged = await jobScheduler.arrange(jobs, signal);
    const isOurs = wanted !== JSON.stringify(jobs);
    wanted = JSON.stringify(jobs);
    if (!Object.values(arranged).some((names) => names.length > 0)) return;
    log.info(arranged, 'jobs on a schedule arranged');
    if (isOurs) return;
    const sinceMs = undone && now() - undone.lastMs < quietMs ? undone.sinceMs : now();
    undone = { sinceMs, lastMs: now() };
    if (now() - sinceMs < patienceMs) return;
    const text = 'workers have different files of jobs on a schedule, and take out each other’s jobs: give all the same SCHEDULE_FILE';
    alerts.raise({ topic: 'schedule-differs', text, code: 'schedule-invalid' });
  };
}
