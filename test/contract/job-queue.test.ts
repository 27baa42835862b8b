import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { createJobReceiver, type JobReceiverOptions } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobId, perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobHandlers, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { ResultJob } from '@watchpost/shared/jobs/result-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { startReceiverProcess, type ReceiverProcess } from '../support/receiver-process.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const patience = { timeoutMs: 5_000 };
const never = new AbortController().signal;

for (const { name, needs, start, storage, raw } of queueBackends) {
  describeWith(needs, `job queue on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    const receivers: JobReceiver[] = [];
    const processes: ReceiverProcess[] = [];

    beforeAll(async () => {
      service = await start();
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

    const newJob = () => snapshotJob({ snapshotId: `slack-C1-${randomUUID()}` });
    const newResult = (): ResultJob => ({ v: 1, kind: 'result', snapshotId: `slack-C1-${randomUUID()}` });

    function receive(handlers: Partial<JobHandlers>, options: Partial<JobReceiverOptions> = {}): JobReceiver {
      const idle = async (): Promise<void> => undefined;
      const receiver = createJobReceiver(
        storage(service.url),
        { ...perKind(() => idle), ...handlers },
        { concurrency: () => 4, log, stallCheckMs: 500, ...options },
      );
      receivers.push(receiver);
      return receiver;
    }

    const countOf = async (state: string, kind = 'snapshot'): Promise<number> =>
      (await sender.counts()).find((entry) => entry.kind === kind && entry.state === state)?.count ?? 0;

    it('delivers a job complete, and only once however often it is sent, before and after it is done', async () => {
      const job = newJob();
      const seen: unknown[] = [];
      await Promise.all([1, 2, 3].map(async () => sender.send(job, patience)));
      receive({ snapshot: async (received) => void seen.push(received) });
      const last = newJob();
      await until('the job is taken', () => seen.length > 0);
      await sender.send(job, patience);
      await sender.send(last, patience);
      await until('the last job is taken', () => seen.some((each) => (each as typeof job).snapshotId === last.snapshotId));
      expect(seen).toEqual([job, last]);
    });

    it('retries a transient failure with growing delays, and passes the attempt number to the handler', async () => {
      const job = newJob();
      const tries: { attempt: number; lastAttempt: boolean; atMs: number }[] = [];
      receive({
        snapshot: async (_job, context) => {
          tries.push({ ...context, atMs: Date.now() });
          if (tries.length < 3) throw new AppError('download-failed', 'not yet');
        },
      });
      await sender.send(job, patience);
      await until('the third try', () => tries.length === 3);
      expect(tries.map(({ attempt, lastAttempt }) => ({ attempt, lastAttempt }))).toEqual([
        { attempt: 1, lastAttempt: false },
        { attempt: 2, lastAttempt: false },
        { attempt: 3, lastAttempt: false },
      ]);
      const [first, second, third] = tries.map(({ atMs }) => atMs);
      // 2 s and 4 s, up to half of it left to chance.
      expect(second! - first!).toBeGreaterThan(900);
      expect(third! - second!).toBeGreaterThan(1_900);
    });

    it('ends a job with a permanent failure at once, and keeps no secret of its message', async () => {
      const job = newJob();
      let tries = 0;
      receive({
        snapshot: async () => {
          tries += 1;
          throw new AppError('file-gone', 'xoxb-123-secret may not');
        },
      });
      const failed = await countOf('failed');
      await sender.send(job, patience);
      await until('the job failed', async () => (await countOf('failed')) === failed + 1);
      expect(tries).toBe(1);
      const queue = raw(service.url);
      const stored = await queue.getJob(job.snapshotId);
      await queue.close();
      expect(stored?.failedReason).toBe('file-gone: [token] may not');
      expect(JSON.stringify(stored)).not.toContain('secret');
    });

    it('ends a payload that it does not know without asking the handler', async () => {
      const queue = raw(service.url);
      const id = `slack-C1-${randomUUID()}`;
      await queue.add('snapshot', { v: 0, kind: 'snapshot' }, { jobId: id, attempts: 5 });
      let asked = 0;
      receive({ snapshot: async () => void (asked += 1) });
      const reason = await until('the job failed', async () => (await queue.getJob(id))?.failedReason);
      await queue.close();
      expect(reason).toMatch(/^job-invalid: /);
      expect(asked).toBe(0);
    });

    it('postpones a job for as long as the other side asked, without using up an attempt', async () => {
      const job = newJob();
      const tries: { attempt: number; atMs: number }[] = [];
      receive({
        snapshot: async (_job, { attempt }) => {
          tries.push({ attempt, atMs: Date.now() });
          if (tries.length < 4) throw new AppError('chat-rate-limited', 'wait', { retryAfterMs: 400 });
        },
      });
      await sender.send(job, patience);
      await until('the fourth try', () => tries.length === 4);
      expect(tries.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
      const pauses = tries.slice(1).map(({ atMs }, index) => atMs - tries[index]!.atMs);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(390);
    });

    it('closes when its running job is done, and takes no other', async () => {
      const [first, second] = [newJob(), newJob()];
      const started: string[] = [];
      let finish = (): void => undefined;
      const receiver = receive(
        {
          snapshot: async ({ snapshotId }) => {
            started.push(snapshotId);
            await new Promise<void>((resolve) => (finish = resolve));
          },
        },
        { concurrency: () => 1 },
      );
      await sender.send(first, patience);
      await until('the first job runs', () => started.length === 1);
      let closed = false;
      const closing = receiver.close(never).then(() => (closed = true));
      await sender.send(second, patience);
      await until('the second job waits', async () => (await countOf('waiting')) === 1);
      expect(closed).toBe(false);
      const completed = await countOf('completed');
      finish();
      await closing;
      expect(started).toEqual([first.snapshotId]);
      expect(await countOf('completed')).toBe(completed + 1);
      expect(await countOf('waiting')).toBe(1);
      const taken: string[] = [];
      receive({ snapshot: async ({ snapshotId }) => void taken.push(snapshotId) });
      await until('the second job is taken elsewhere', () => taken.includes(second.snapshotId));
    });

    it('gives a job up when it must stop, and another receiver has it at once, as the same attempt', async () => {
      const job = newJob();
      const stubborn = { started: false, told: false };
      const receiver = receive({
        snapshot: async (_job, _context, signal) => {
          stubborn.started = true;
          signal.addEventListener('abort', () => (stubborn.told = true));
          await new Promise(() => undefined);
        },
      });
      await sender.send(job, patience);
      await until('the job runs', () => stubborn.started);
      const before = Date.now();
      const aborting = new AbortController();
      const closing = receiver.close(aborting.signal);
      aborting.abort();
      await closing;
      expect(Date.now() - before).toBeLessThan(2_000);
      expect(stubborn.told).toBe(true);
      const tries: number[] = [];
      receive({ snapshot: async (_job, { attempt }) => void tries.push(attempt) });
      await until('another receiver takes it', () => tries.length > 0, 5_000);
      expect(tries).toEqual([1]);
    });

    it('does not hand a job to another while its receiver computes without answering', async () => {
      const job = newJob();
      const busy = startReceiverProcess(storage(service.url), { kind: 'block', ms: 4_000 }, { stallCheckMs: 200 });
      processes.push(busy);
      await sender.send(job, patience);
      expect(await busy.took).toBe(job.snapshotId);
      const taken: string[] = [];
      receive({ snapshot: async ({ snapshotId }) => void taken.push(snapshotId) }, { stallCheckMs: 200 });
      expect(await busy.finished).toBe(job.snapshotId);
      // With the same word to the queue it asks for its next job: one that is sent before would be its own.
      const queue = raw(service.url);
      await until('the queue knows that it is done', async () => (await queue.getJob(jobId('snapshot', job)))?.finishedOn !== undefined);
      await queue.close();
      // One that is sent afterwards comes through, so the second receiver was awake.
      await busy.kill();
      const later = newJob();
      await sender.send(later, patience);
      await until('the second receiver works', () => taken.includes(later.snapshotId));
      expect(taken).toEqual([later.snapshotId]);
    });

    it('hands the job of a receiver that was killed to another', async () => {
      const job = newJob();
      const victim = startReceiverProcess(storage(service.url), { kind: 'hold', ms: 60_000 }, { lockMs: 1_500, stallCheckMs: 500 });
      processes.push(victim);
      await sender.send(job, patience);
      expect(await victim.took).toBe(job.snapshotId);
      await victim.kill();
      const taken: string[] = [];
      receive({ snapshot: async ({ snapshotId }) => void taken.push(snapshotId) }, { lockMs: 1_500 });
      await until('another receiver takes it', () => taken.includes(job.snapshotId), 20_000);
    });

    it('ends a job whose receivers were killed three times, and says so', async () => {
      const job = newJob();
      await sender.send(job, patience);
      for (let death = 1; death <= 3; death += 1) {
        const victim = startReceiverProcess(storage(service.url), { kind: 'hold', ms: 60_000 }, { lockMs: 1_000, stallCheckMs: 300 });
        processes.push(victim);
        expect(await victim.took).toBe(job.snapshotId);
        await victim.kill();
      }
      const lost: unknown[] = [];
      const taken: string[] = [];
      receive(
        { snapshot: async ({ snapshotId }) => void taken.push(snapshotId) },
        { lockMs: 1_000, stallCheckMs: 300, onFailed: async (...what) => void lost.push(...what) },
      );
      await until('the end is told', () => lost.length > 0);
      expect(lost).toMatchObject([job, { code: 'job-worker-lost' }]);
      expect(taken).toEqual([]);
    });

    it('tells its metrics how tries ended', async () => {
      const metrics = createMetrics({ processMetrics: false });
      receive(
        {
          snapshot: async (_job, { attempt }) => {
            if (attempt === 1) throw new AppError('file-gone', 'gone');
          },
        },
        { metrics },
      );
      await sender.send(newJob(), patience);
      const counted = (): Promise<string> => metrics.scrape().then(({ body }) => body);
      await expect.poll(counted, { timeout: 10_000 }).toContain('watchpost_job_seconds_count{kind="snapshot",outcome="ended"} 1');
      expect(await counted()).toContain('watchpost_job_wait_seconds_count{kind="snapshot"} 1');
    });

    it('counts the wait for the first attempt only', async () => {
      const metrics = createMetrics({ processMetrics: false });
      let tries = 0;
      const snapshot = async (): Promise<void> => {
        tries += 1;
        if (tries < 3) throw new AppError('chat-rate-limited', 'wait', { retryAfterMs: 50 });
      };
      receive({ snapshot }, { metrics });
      await sender.send(newJob(), patience);
      const counted = (): Promise<string> => metrics.scrape().then(({ body }) => body);
      await expect.poll(counted, { timeout: 10_000 }).toContain('watchpost_job_seconds_count{kind="snapshot",outcome="done"} 1');
      expect(await counted()).toContain('watchpost_job_seconds_count{kind="snapshot",outcome="delayed"} 2');
      expect(await counted()).toContain('watchpost_job_wait_seconds_count{kind="snapshot"} 1');
    });

    it('says what is in the queue', async () => {
      const before = await countOf('waiting', 'result');
      await sender.send(newResult(), patience);
      expect(await countOf('waiting', 'result')).toBe(before + 1);
    });
  });
}
