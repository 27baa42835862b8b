import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { throwIfAborted } from '@watchpost/shared/wait';

/** Failed jobs of one kind that are read together. */
const pageSize = 200;

/** Removes the jobs that failed before then, milliseconds since 1970, however many have failed since. Resolves to how many. */
export async function dropFailedJobs(admin: Pick<JobAdmin, 'list' | 'drop'>, beforeMs: number, signal: AbortSignal): Promise<number> {
  let dropped = 0;
  for (const kind of jobKinds) {
    for (;;) {
      throwIfAborted(signal);
      const old = await admin.list({ kinds: [kind], state: 'failed', limit: pageSize, before: { atMs: beforeMs, id: '' } });
      if (old.length === 0) break;
      const changed = await admin.drop({ kinds: [kind], ids: old.map(({ id }) => id) });
      const done = changed.filter(({ outcome }) => outcome === 'done').length;
      dropped += done;
      // Somebody retries them at this moment.
      if (done === 0) break;
    }
  }
  return dropped;
}
