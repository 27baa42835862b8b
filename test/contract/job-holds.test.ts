import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { createJobReceiver, type JobReceiverOptions } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobKinds, perKind, type Job, type JobKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import type { JobContext, JobHandlers, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const patience = { timeoutMs: 5_000 };
const badToken = () => new AppError('chat-not-authorised', 'the token is wrong: set another');

for (const { name, needs, startEmpty, storage, raw } of queueBackends) {
  describeWith(needs, `held jobs on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    let receivers: JobReceiver[];
    /** What the platform says to everybody; `check` what it says of itself, if that is something else. */
    let platform: { token: 'good' | 'bad'; check?: 'blind' | 'away'; checks: number };
    let ran: { id: string; attempt: number }[];

    beforeEach(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      receivers = [];
      platform = { token: 'good', checks: 0 };
      ran = [];
    }, 60_000);
    afterEach(async () => {
      await Promise.all(receivers.map(async (receiver) => receiver.close(AbortSignal.abort())));
      await sender?.close();
      await service?.stop();
    });

    const need = (over: Partial<JobNeed> = {}): JobNeed => ({
      name: 'chat',
      explains: ({ retry }) => retry === 'repairable',
      check: async () => {
        platform.checks += 1;
        if (platform.check === 'away') throw new AppError('chat-unavailable', 'no response');
        if (platform.check !== 'blind' && platform.token === 'bad') throw badToken();
      },
      advise: ({ message }) => message,
      backoff: { firstMs: 50, maxMs: 100 },
      ...over,
    });
    const work = async (job: Job, { attempt }: JobContext): Promise<void> => {
      ran.push({ id: 'snapshotId' in job ? job.snapshotId : '', attempt });
      if (platform.token === 'bad') throw badToken();
    };
    function receive(options: Partial<JobReceiverOptions> = {}, handlers: Partial<JobHandlers> = {}): JobReceiver {
      const all = { ...perKind(() => work), ...handlers };
      const receiver = createJobReceiver(storage(service.url), all, { concurrency: () => 1, log, needs: [need()], ...options });
      receivers.push(receiver);
      return receiver;
    }
    async function send(count: number): Promise<string[]> {
      const jobs = Array.from({ length: count }, () => snapshotJob({ snapshotId: `slack-C1-${randomUUID()}` }));
      for (const job of jobs) await sender.send(job, patience);
      return jobs.map(({ snapshotId }) => snapshotId);
    }
    const countOf = async (state: string, kind: JobKind = 'snapshot'): Promise<number> =>
      (await sender.counts()).find((entry) => entry.kind === kind && entry.state === state)?.count ?? 0;
    const heldKinds = (receiver: JobReceiver) => receiver.held()?.map(({ kind }) => kind) ?? [];

    it('wait while the token is wrong, and all go on in their order once it is right, each in its first attempt', async () => {
      const receiver = receive();
      await until('it is ready', () => receiver.held() !== null);
      platform.token = 'bad';
      const ids = await send(4);
      await until('jobs are held', () => heldKinds(receiver).includes('snapshot'));
      await until('it checks again and again', () => platform.checks > 6);
      // The first one has gone back; a read that was under way may have returned one more, which was not run.
      expect(ran.map(({ id }) => id)).toEqual([ids[0]]);
      expect(await countOf('failed')).toBe(0);
      platform.token = 'good';
      ran = [];
      await until('all are done', async () => (await countOf('completed')) === 4);
      expect(ran).toEqual(ids.map((id) => ({ id, attempt: 1 })));
      expect(receiver.held()).toEqual([]);
    });

    it('that run together when the token becomes wrong all go back', async () => {
      const receiver = receive({ concurrency: () => 4 });
      await until('it is ready', () => receiver.held() !== null);
      platform.token = 'bad';
      const ids = await send(8);
      await until('jobs are held', () => heldKinds(receiver).includes('snapshot'));
      await until('none is running', async () => (await countOf('active')) === 0);
      platform.token = 'good';
      await until('all are done', async () => (await countOf('completed')) === ids.length);
      expect(new Set(ran.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    });

    it('are not even taken by a receiver that starts with a wrong token; it says why, and stops at once', async () => {
      platform.token = 'bad';
      const metrics = createMetrics({ processMetrics: false });
      const receiver = receive({ metrics, watchMs: 50 });
      await until('it is checked', () => receiver.held() !== null);
      const reason = 'the token is wrong: set another';
      expect(receiver.held()).toEqual(jobKinds.map((kind) => ({ kind, need: 'chat', reason })));
      await send(2);
      await until('it checks again and again', () => platform.checks > 10);
      expect((await metrics.scrape()).body).toContain('watchpost_jobs_held{kind="snapshot"} 1');
      expect([ran, await countOf('waiting'), receiver.isLive()]).toEqual([[], 2, true]);
      const startedAt = performance.now();
      await receiver.close(new AbortController().signal);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      expect(await countOf('waiting')).toBe(2);
    });

    it('are taken while the platform is merely away', async () => {
      platform.check = 'away';
      const receiver = receive();
      await send(1);
      await until('it is done', async () => (await countOf('completed')) === 1);
      expect(receiver.held()).toEqual([]);
    });

    it('are taken by another receiver whose token is right', async () => {
      const held = receive({ needs: [need({ check: async () => Promise.reject(badToken()) })] });
      await until('it holds', () => heldKinds(held).includes('snapshot'));
      receive();
      await send(3);
      await until('all are done', async () => (await countOf('completed')) === 3);
      expect(heldKinds(held)).toContain('snapshot');
    });

    it('use up no attempt where the check sees nothing of what a person must repair, such as a full workspace', async () => {
      platform = { token: 'bad', check: 'blind', checks: 0 };
      const receiver = receive();
      await send(3);
      await until('jobs are held', () => heldKinds(receiver).includes('snapshot'));
      await until('two were let through', () => ran.length >= 3);
      expect([await countOf('failed'), new Set(ran.map(({ attempt }) => attempt))]).toEqual([0, new Set([1])]);
      platform.token = 'good';
      // The others may be waiting for longer than this test.
      await send(1);
      await until('it takes jobs again', () => receiver.held()?.length === 0, 20_000);
      await until('one is done', async () => (await countOf('completed')) > 0);
    });

    it('wait for a database that fails them alone; after 26 h of waits they use up their attempts, and that is told', async () => {
      const database = need({ name: 'gallery', explains: ({ code }) => code === 'gallery-unavailable', check: async () => undefined });
      const failed: unknown[] = [];
      let odd = '';
      const snapshot: JobHandlers['snapshot'] = async (job, context) => {
        await work(job, context);
        if (job.snapshotId === odd) throw new AppError('gallery-unavailable', 'blocked by somebody');
      };
      receive({ needs: [database], onFailed: async ({ kind }, { code }) => void failed.push(kind, code) }, { snapshot });
      const queue = raw(service.url);
      odd = `slack-C1-${randomUUID()}`;
      await queue.add('snapshot', snapshotJob({ snapshotId: odd }), { jobId: odd, attempts: 2, backoff: 10 });
      await until('it was let through and failed again', async () => (await countOf('delayed')) === 1);
      await send(1);
      await until('another one gets through', async () => (await countOf('completed')) === 1);
      expect(new Set(ran.map(({ attempt }) => attempt))).toEqual(new Set([1]));
      const job = await queue.getJob(odd);
      await job?.updateProgress({ waitedMs: 26 * 3_600_000 });
      await job?.promote();
      await until('it failed', async () => (await countOf('failed')) === 1, 20_000);
      expect(ran.slice(-2).map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(failed).toEqual(['snapshot', 'gallery-unavailable']);
      await queue.close();
    });

    it('wait for a rate limit at no cost, however long they have been in the queue', async () => {
      const weekendMs = 3 * 86_400_000;
      const snapshot: JobHandlers['snapshot'] = async (job, context) => {
        await work(job, context);
        if (ran.length < 3) throw new AppError('chat-rate-limited', 'x', { retryAfterMs: 1_000 });
      };
      const queue = raw(service.url);
      const job = snapshotJob({ snapshotId: `slack-C1-${randomUUID()}` });
      await queue.add('snapshot', job, { jobId: job.snapshotId, attempts: 1, timestamp: Date.now() - weekendMs });
      receive({}, { snapshot });
      await until('it is done', async () => (await countOf('completed')) === 1, 20_000);
      expect(ran.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
      expect((await queue.getJob(job.snapshotId))?.progress).toEqual({ waitedMs: 2_000 });
      await queue.close();
    });

    it('are let through one at a time where only a job can tell, until one succeeds', async () => {
      platform = { token: 'bad', check: 'blind', checks: 0 };
      let running = 0;
      let most = 0;
      const snapshot: JobHandlers['snapshot'] = async (job, context) => {
        most = Math.max(most, (running += 1));
        try {
          await work(job, context);
        } finally {
          running -= 1;
        }
      };
      const receiver = receive({ concurrency: () => 4 }, { snapshot });
      await until('it is ready', () => receiver.held() !== null);
      expect(receiver.held()).toEqual([]);
      const [first = '', ...others] = await send(6);
      await until('jobs are held', () => heldKinds(receiver).includes('snapshot'));
      await until('no other is running', () => running === 0);
      ran = [];
      most = 0;
      await until('two were let through', () => ran.length === 2);
      expect(most).toBe(1);
      platform.token = 'good';
      await until('most are done', async () => (await countOf('completed')) >= 4);
      expect(receiver.held()).toEqual([]);
      expect(await countOf('failed')).toBe(0);
      expect(ran.every(({ id, attempt }) => [first, ...others].includes(id) && attempt === 1)).toBe(true);
    });
  });
}
