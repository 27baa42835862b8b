import { storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { jobsLeft } from '@watchpost/shared/jobs/jobs-left';
import { pause } from '@watchpost/shared/wait';

const everyMs = 1_000;
/** A job that ends may have queued another one just before. */
const emptyLooks = 2;

/** Resolves when the queue has been empty for a moment; says how much is left meanwhile. Rejects with `queue-unavailable`, and when `stopping` aborts. */
export async function drained(env: Env, say: (text: string) => void, stopping: AbortSignal): Promise<void> {
  const admin = await openJobAdmin(parseEnv(env, storageEnv), stopping);
  try {
    let told = 0;
    for (let empty = 0; empty < emptyLooks;) {
      const left = await jobsLeft(admin);
      empty = left === 0 ? empty + 1 : 0;
      if (left !== told) say(left === 0 ? 'nothing is left in the queue' : `${String(left)} jobs are left in the queue`);
      told = left;
      await pause(everyMs, stopping);
    }
  } finally {
    await admin.close();
  }
}
