import { getEventListeners } from 'node:events';
import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { jobKinds, perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobHandlers, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { startReceiverProcess } from '../support/receiver-process.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const patience = { timeoutMs: 5_000 };
const everything = { kinds: jobKinds, ids: null };
const listed = { kinds: jobKinds, limit: 100 };

for (const { name, needs, start, startEmpty, storage, raw } of queueBackends) {
  describeWith(needs, `jobs in an operator's hands on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    let admin: JobAdmin;
    let receiver: JobReceiver | undefined;
    let serial: number;

    beforeEach(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      admin = await openJobAdmin(storage(service.url), never);
      serial = 0;
    }, 60_000);
    afterEach(async () => {
      await receiver?.close(AbortSignal.abort());
      receiver = undefined;
      await admin?.close();
      await sender?.close();
      await service?.stop();
    });

    const receive = (handlers: Partial<JobHandlers>): void => {
      const idle = async (): Promise<void> => undefined;
      receiver = createJobReceiver(storage(service.url), { ...perKind(() => idle), ...handlers }, { concurrency: () => 1, log });
    };
    const stop = async (): Promise<void> => {
      await receiver?.close(AbortSignal.abort());
      receiver = undefined;
    };
    async function send(): Promise<string> {
      serial += 1;
      const job = snapshotJob({ snapshotId: `slack-C1-${String(serial)}-${randomUUID()}` });
      await sender.send(job, patience);
      return job.snapshotId;
    }
    /** So many jobs that have failed, in the order in which they did. */
    async function failed(count: number): Promise<string[]> {
      const ids: string[] = [];
      receive({ snapshot: async () => Promise.reject(new AppError('image-corrupt', 'no picture: xoxb-1-secret')) });
      for (let index = 0; index < count; index += 1) {
        ids.push(await send());
        await until('it failed', async () => (await admin.list({ ...listed, state: 'failed' })).length === ids.length);
      }
      await stop();
      return ids;
    }
    const idsOf = async (state: 'failed' | 'waiting' | 'delayed' | 'active'): Promise<string[]> =>
      (await admin.list({ ...listed, state })).map(({ id }) => id);

    it('are listed with their reason, the newest first, without any worker', async () => {
      const ids = await failed(3);
      const [newest, ...older] = await admin.list({ ...listed, state: 'failed', limit: 2 });
      expect([newest?.id, ...older.map(({ id }) => id)]).toEqual([ids[2], ids[1]]);
      expect(newest).toEqual({
        id: ids[2],
        kind: 'snapshot',
        state: 'failed',
        attempts: 1,
        maxAttempts: 6,
        atMs: expect.any(Number),
        reason: { code: 'image-corrupt', message: 'no picture: [token]' },
      });
      expect(Date.now() - newest!.atMs).toBeLessThan(20_000);
      expect(await admin.list({ ...listed, kinds: ['result'], state: 'failed' })).toEqual([]);
    });

    it('are listed while they wait, run, or wait for another attempt', async () => {
      let attempts = 0;
      let failedAtMs = 0;
      const ids = [await send(), await send(), await send()];
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      receive({
        snapshot: async (_job, _context, signal) => {
          attempts += 1;
          if (attempts === 1) {
            failedAtMs = Date.now();
            throw new AppError('download-failed', 'not yet');
          }
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      });
      await until('one is delayed, one runs, one waits', async () => attempts === 2 && (await idsOf('waiting')).length === 1);
      const delayed = await admin.list({ ...listed, state: 'delayed' });
      expect([delayed.map(({ id }) => id), await idsOf('active'), await idsOf('waiting')]).toEqual([[ids[0]], [ids[1]], [ids[2]]]);
      expect(delayed[0]).toMatchObject({ attempts: 1, reason: { code: 'download-failed', message: 'not yet' } });
      // Each waited for longer than its delay before it was tried.
      expect(delayed[0]!.atMs).toBeGreaterThan(failedAtMs);
    });

    it('run again in the order in which they failed, with all their attempts, and only those that were named', async () => {
      const ids = await failed(4);
      expect(await admin.retry({ kinds: jobKinds, ids: [ids[1]!, 'nobody', ids[1]!] })).toEqual([
        { id: ids[1], outcome: 'done' },
        { id: 'nobody', outcome: 'not-found' },
      ]);
      expect([await idsOf('waiting'), (await idsOf('failed')).length]).toEqual([[ids[1]], 3]);
      expect(await admin.retry({ kinds: ['result'], ids: [ids[0]!] })).toEqual([{ id: ids[0], outcome: 'not-found' }]);
      expect(await admin.retry({ kinds: ['result'], ids: null })).toEqual([]);
      expect(await admin.retry(everything)).toHaveLength(3);
      const ran: [string, number][] = [];
      receive({ snapshot: async ({ snapshotId }, { attempt }) => void ran.push([snapshotId, attempt]) });
      await until('all ran', () => ran.length === 4);
      expect(ran).toEqual([ids[1], ids[0], ids[2], ids[3]].map((id) => [id, 1]));
      expect(await idsOf('failed')).toEqual([]);
      expect(await admin.retry({ kinds: jobKinds, ids: [ids[0]!] })).toEqual([
        { id: ids[0], outcome: expect.stringMatching(/completed|active/) },
      ]);
    });

    it('run again although their workers died three times', async () => {
      const id = await send();
      for (let death = 1; death <= 3; death += 1) {
        const victim = startReceiverProcess(storage(service.url), { kind: 'hold', ms: 60_000 }, { lockMs: 1_000, stallCheckMs: 300 });
        expect(await victim.took).toBe(id);
        await victim.kill();
      }
      receiver = createJobReceiver(
        storage(service.url),
        perKind(() => async () => undefined),
        { concurrency: () => 1, log, lockMs: 1_000, stallCheckMs: 300 },
      );
      const [job] = await until('it failed', async () => {
        const jobs = await admin.list({ ...listed, state: 'failed' });
        return jobs.length > 0 && jobs;
      });
      expect(job?.reason?.code).toBe('job-worker-lost');
      await admin.retry({ kinds: jobKinds, ids: [id] });
      await until('it is done', async () => (await sender.counts()).some(({ state, count }) => state === 'completed' && count === 1));
    });

    it('leave nothing on the signal of whoever asks again and again', async () => {
      const ids = [await send(), await send()];
      for (let n = 0; n < 3; n += 1) await admin.queues(jobKinds);
      await admin.drop({ kinds: jobKinds, ids });
      expect(getEventListeners(never, 'abort')).toEqual([]);
    });

    it('are dropped, unless they run', async () => {
      const [first = '', second = ''] = await failed(3);
      let started = false;
      receive({
        snapshot: async (_job, _context, signal) => {
          started = true;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      });
      const running = await send();
      const waiting = await send();
      await until('one runs', () => started);
      expect(await admin.drop({ kinds: jobKinds, ids: [running, waiting, first, first, 'nobody'] })).toEqual([
        { id: running, outcome: 'active' },
        { id: waiting, outcome: 'done' },
        { id: first, outcome: 'done' },
        { id: 'nobody', outcome: 'not-found' },
      ]);
      expect(await idsOf('active')).toEqual([running]);
      expect((await admin.drop(everything)).map(({ id }) => id)).toContain(second);
      expect([await idsOf('failed'), await idsOf('waiting'), await idsOf('active')]).toEqual([[], [], [running]]);
      // Its id is free again, so that the same snapshot can be sent once more.
      const queue = raw(service.url);
      expect(await queue.getJob(first)).toBeUndefined();
      await queue.close();
    });

    it('cannot be reached while the queue is away, and that is said within seconds', async () => {
      const away = await start({ own: true });
      await away.kill();
      const startedAt = performance.now();
      await expect(openJobAdmin(storage(away.url), never)).rejects.toMatchObject({
        code: 'queue-unavailable',
        cause: expect.any(Error),
      });
      expect(performance.now() - startedAt).toBeLessThan(14_000);
      await away.stop();
    }, 30_000);
  });
}
