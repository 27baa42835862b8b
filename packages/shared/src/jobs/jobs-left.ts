import type { JobAdmin } from './job-admin.ts';
import { jobKinds } from './job-kinds.ts';

/** How many jobs workers have still to do, or do now. Not the next run of each job on a schedule: workers make it again. */
export async function jobsLeft(admin: Pick<JobAdmin, 'queues'>): Promise<number> {
  const queues = await admin.queues(jobKinds);
  return queues.reduce((sum, { kind, waiting, delayed, active }) => sum + waiting + active + (kind === 'scheduled' ? 0 : delayed), 0);
}
