import type { OpenQueue } from './bullmq-backend.ts';
import type { JobKind } from './job-kinds.ts';
import type { JobAges } from './job-queue.ts';

/** So many of those whose turn comes next are looked at where turns are not in the order of arrival: a job for each of so many cameras. */
const looked = 20;

type Aged = Awaited<ReturnType<JobAges['oldest']>>[number];

/** As JobAges.oldest, of one kind. An empty queue costs one question. */
export async function oldestOf(kind: JobKind, queue: Pick<OpenQueue, 'getJobCounts' | 'getJobs'>): Promise<Aged[]> {
  const { waiting = 0, prioritized = 0, delayed = 0, active = 0 } = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active');
  const atMs = async (state: 'waiting' | 'prioritized' | 'delayed' | 'active', count: number, most: number): Promise<number> => {
    if (count === 0) return Infinity;
    // Taken or finished meanwhile: none.
    const jobs = (await queue.getJobs([state], 0, most - 1, true)).filter(Boolean);
    return Math.min(...jobs.map(({ timestamp }) => timestamp));
  };
  const [first, ranked, later, running] = await Promise.all([
    atMs('waiting', waiting, 1),
    atMs('prioritized', prioritized, looked),
    atMs('delayed', delayed, looked),
    atMs('active', active, looked),
  ]);
  const found: Aged[] = [
    { kind, state: 'waiting', atMs: Math.min(first, ranked) },
    { kind, state: 'delayed', atMs: later },
    { kind, state: 'active', atMs: running },
  ];
  return found.filter((each) => Number.isFinite(each.atMs));
}
