import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process holds after a garbage collection, MB. */
async function heldMb(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

let next = 1;
const newJob = (): SnapshotJob => snapshotJob({ snapshotId: `slack-C1-away-${String(next++)}`, camera: 'x'.repeat(500) });

/** Sends jobs at once, all of which the queue must refuse. */
async function refusedJobs(sender: JobSender, count: number, timeoutMs: number): Promise<void> {
  const jobs = Array.from({ length: count }, newJob);
  const sent = await Promise.allSettled(jobs.map(async (job) => sender.send(job, { timeoutMs })));
  expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(0);
}

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(
    needs,
    `a sender of jobs whose queue on ${name} is away`,
    () => {
      it('keeps nothing of the jobs that were refused before it was reached', async () => {
        const sender = createJobSender(storage(`${name === 'Redis' ? 'redis' : 'postgres'}://127.0.0.1:1`), { log });
        await refusedJobs(sender, 1_000, 20);
        const before = await heldMb();
        for (let round = 0; round < 4; round += 1) await refusedJobs(sender, 1_000, 20);
        expect((await heldMb()) - before).toBeLessThan(4);
        await sender.close();
      });

      it('keeps no more of the refused jobs the longer it is frozen', async () => {
        const service = await start({ own: true });
        const sender = createJobSender(storage(service.url), { log });
        try {
          await sender.ping(AbortSignal.timeout(20_000));
          await sender.send(newJob(), { timeoutMs: 5_000 });
          service.pause();
          // Longer than the client waits for an answer before it closes the connection.
          await refusedJobs(sender, 100, 7_000);
          const before = await heldMb();
          for (let round = 0; round < 4; round += 1) await refusedJobs(sender, 500, 300);
          await until('what was refused is gone', async () => (await heldMb()) - before < 4);
          service.resume();
          await expect(sender.send(newJob(), { timeoutMs: 20_000 })).resolves.toBeUndefined();
        } finally {
          service.resume();
          await sender.close();
          await service.stop();
        }
      });
    },
    { own: true },
  );
}
