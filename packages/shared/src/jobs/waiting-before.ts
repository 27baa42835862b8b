import type { OpenQueue } from './bullmq-backend.ts';

/**
 * How many jobs wait with a priority below this one, and how many run. BullMQ counts jobs of single priorities only, so the place where
 * this one begins is searched for: they are sorted.
 */
export async function waitingBefore(
  queue: Pick<OpenQueue, 'getJobCounts' | 'getJobs'>,
  priority: number,
): Promise<{ waiting: number; running: number }> {
  const { waiting = 0, prioritized = 0, active: running = 0 } = await queue.getJobCounts('waiting', 'prioritized', 'active');
  const isBefore = async (index: number): Promise<boolean> => {
    const [job] = await queue.getJobs(['prioritized'], index, index, true);
    // One that was taken meanwhile came before.
    return !job || (job.opts.priority ?? 0) < priority;
  };
  // Usually all or none.
  if (prioritized === 0 || !(await isBefore(0))) return { waiting, running };
  if (await isBefore(prioritized - 1)) return { waiting: waiting + prioritized, running };
  let [before, beyond] = [0, prioritized - 1];
  while (beyond - before > 1) {
    const middle = Math.floor((before + beyond) / 2);
    if (await isBefore(middle)) before = middle;
    else beyond = middle;
  }
  return { waiting: waiting + beyond, running };
}
