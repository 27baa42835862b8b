import type { OpenQueue, StoredJob } from './bullmq-backend.ts';
import type { JobPlace, ListedJob } from './job-admin.ts';

/** Of the failed ones of a kind, so many are looked through for those with one code. */
const mostLookedThrough = 2_000;
const portion = 200;
/** So many of those that are first and last in line are asked for their age. */
const endsOfLine = 20;

/** Failed jobs of one queue, the newest first, from a place on; at most `limit`. They are kept by the time at which they failed. */
export async function failedPage(
  queue: Pick<OpenQueue, 'getJobs' | 'getJobCounts'>,
  { before, code, limit, toListed }: { before?: JobPlace; code?: string; limit: number; toListed: (job: StoredJob) => ListedJob },
): Promise<ListedJob[]> {
  const { failed = 0 } = await queue.getJobCounts('failed');
  if (failed === 0) return [];
  const found: ListedJob[] = [];
  const begin = before ? await firstAtOrBefore(queue, before.atMs, failed) : 0;
  const most = code === undefined ? failed : Math.min(failed, begin + mostLookedThrough);
  // Some more, for those of the place's own moment.
  const size = code === undefined ? Math.min(portion, limit + (before ? 10 : 0)) : portion;
  for (let start = begin; start < most && found.length < limit; start += size) {
    const jobs = (await queue.getJobs(['failed'], start, start + size - 1)).map(toListed);
    found.push(...jobs.filter((job) => (!before || isAfter(job, before)) && (code === undefined || job.reason?.code === code)));
    if (jobs.length < size) break;
  }
  return found.slice(0, limit);
}

/** Whether it comes after this place in a list that begins with the newest. */
const isAfter = ({ atMs, id }: JobPlace, place: JobPlace): boolean => atMs < place.atMs || (atMs === place.atMs && id < place.id);

/** How many failed later than this time: they are sorted, so the place is searched for. */
async function firstAtOrBefore(queue: Pick<OpenQueue, 'getJobs'>, atMs: number, count: number): Promise<number> {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const [job] = await queue.getJobs(['failed'], middle, middle);
    if (job && (job.finishedOn ?? job.timestamp) > atMs) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** When the oldest of the waiting jobs was sent, as far as the ends of the line tell; null: none waits any more. */
export async function oldestWaiting(queue: Pick<OpenQueue, 'getJobs'>): Promise<number | null> {
  const ends = await Promise.all([
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['prioritized'], 0, endsOfLine - 1, true),
    queue.getJobs(['prioritized'], 0, endsOfLine - 1),
  ]);
  const times = ends.flat().map(({ timestamp }) => timestamp);
  return times.length === 0 ? null : Math.min(...times);
}
