import { randomUUID } from 'node:crypto';
import { createJobReceiver, type JobReceiverOptions } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobId, perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { startReceiverProcess, type ReceiverProcess } from '../support/receiver-process.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const patience = { timeoutMs: 5_000 };
const hourMs = 3_600_000;

for (const { name, needs, startEmpty, storage, raw } of queueBackends) {
  describeWith(needs, `job queue on ${name}, of workers with different clocks`, () => {
    let service: Service;
    let sender: JobSender;
    const receivers: JobReceiver[] = [];
    const processes: ReceiverProcess[] = [];

    beforeAll(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
    });

    afterEach(async () => {
      await Promise.all(processes.splice(0).map(async (child) => child.kill()));
      await Promise.all(receivers.splice(0).map(async (receiver) => receiver.close(AbortSignal.abort())));
    });

    afterAll(async () => {
      await sender?.close();
      await service?.stop();
    });

    /** Notes which snapshots' jobs it takes. */
    function receive(options: Partial<JobReceiverOptions>): string[] {
      const taken: string[] = [];
      const handlers = {
        ...perKind(() => async () => undefined),
        snapshot: async ({ snapshotId }: { snapshotId: string }) => void taken.push(snapshotId),
      };
      receivers.push(createJobReceiver(storage(service.url), handlers, { concurrency: () => 4, log, ...options }));
      return taken;
    }

    const newJob = () => snapshotJob({ snapshotId: `slack-C1-${randomUUID()}` });
    const start = (
      kind: 'block' | 'hold' | 'postpone',
      ms: number,
      options: Parameters<typeof startReceiverProcess>[2],
    ): ReceiverProcess => {
      const child = startReceiverProcess(storage(service.url), { kind, ms }, options);
      processes.push(child);
      return child;
    };

    const postponed = async () =>
      (await sender.counts()).some(({ kind, state, count }) => kind === 'snapshot' && state === 'delayed' && count === 1);

    it('leaves a job to whoever works on it, whose clock is behind', async () => {
      const job = newJob();
      const busy = start('hold', 1_500, { aheadMs: -hourMs, stallCheckMs: 200 });
      await sender.send(job, patience);
      expect(await busy.took).toBe(job.snapshotId);
      const taken = receive({ stallCheckMs: 200 });
      expect(await busy.finished).toBe(job.snapshotId);
      const queue = raw(service.url);
      await until('the queue knows that it is done', async () => (await queue.getJob(jobId('snapshot', job)))?.finishedOn !== undefined);
      await queue.close();
      expect(taken).toEqual([]);
    });

    it('hands on the job of one that was killed, whose clock was ahead', async () => {
      const job = newJob();
      const victim = start('hold', 60_000, { aheadMs: hourMs, lockMs: 1_500, stallCheckMs: 300 });
      await sender.send(job, patience);
      expect(await victim.took).toBe(job.snapshotId);
      await victim.kill();
      const taken = receive({ lockMs: 1_500, stallCheckMs: 300 });
      await until('another receiver takes it', () => taken.includes(job.snapshotId), 10_000);
    });

    it('takes a job that was postponed by one whose clock was ahead', async () => {
      const job = newJob();
      const ahead = start('postpone', 1_000, { aheadMs: hourMs });
      await sender.send(job, patience);
      expect(await ahead.took).toBe(job.snapshotId);
      await until('it is postponed', postponed);
      await ahead.kill();
      const taken = receive({ watchMs: 300 });
      await until('another receiver takes it', () => taken.includes(job.snapshotId), 15_000);
    });

    it('leaves a job that was postponed just now until its time has come', async () => {
      const job = newJob();
      const first = start('postpone', 600_000, {});
      await sender.send(job, patience);
      expect(await first.took).toBe(job.snapshotId);
      await until('it is postponed', postponed);
      await first.kill();
      // By a clock that is behind, it was postponed by one that is ahead.
      const behind = start('hold', 0, { aheadMs: -hourMs, watchMs: 200 });
      const soon = newJob();
      await sender.send(soon, patience);
      expect(await behind.took).toBe(soon.snapshotId);
      await pause(1_000, new AbortController().signal);
      expect(await postponed()).toBe(true);
      await behind.kill();
      const taken = receive({ watchMs: 200 });
      const later = newJob();
      await sender.send(later, patience);
      await until('the receiver works', () => taken.includes(later.snapshotId));
      await pause(1_000, new AbortController().signal);
      expect(taken).toEqual([later.snapshotId]);
    });

    it.runIf(name === 'PostgreSQL')('hands on the job of one that was killed while the database’s clock was ahead', async () => {
      const job = newJob();
      const victim = start('hold', 60_000, { lockMs: 1_500, stallCheckMs: 300 });
      await sender.send(job, patience);
      expect(await victim.took).toBe(job.snapshotId);
      await victim.kill();
      const client = new Client({ connectionString: service.url });
      await client.connect();
      const later = Date.now() + hourMs;
      await client.query(`UPDATE bullmq.job SET locked_until_ms = ${String(later)} WHERE state = 'active'`);
      await client.query(`UPDATE bullmq.meta SET value = '${String(later)}' WHERE field = 'stalled-check'`);
      await client.end();
      const taken = receive({ lockMs: 1_500, stallCheckMs: 300 });
      await until('another receiver takes it', () => taken.includes(job.snapshotId), 15_000);
    });
  });
}
