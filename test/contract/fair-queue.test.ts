import { setMaxListeners } from 'node:events';
import { createRanks } from '@watchpost/ingest/order/ranks';
import { AppError } from '@watchpost/shared/errors';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { jobKinds, perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import type { JobHandlers, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
setMaxListeners(0, never);

for (const { name, needs, startEmpty, storage, raw } of queueBackends) {
  describeWith(needs, `the cameras' turns on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    let admin: JobAdmin;
    let receiver: JobReceiver | undefined;
    let stopping: AbortController;

    beforeEach(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      admin = await openJobAdmin(storage(service.url), never);
      stopping = new AbortController();
    }, 60_000);
    afterEach(async () => {
      stopping.abort();
      await receiver?.close(AbortSignal.abort());
      receiver = undefined;
      await admin?.close();
      await sender?.close();
      await service?.stop();
    });

    const ranks = (everyMs = 60_000) => createRanks(sender, stopping.signal, everyMs);
    const send = async (to: ReturnType<typeof ranks>, camera: string, number: number, isLate = false): Promise<void> => {
      const job = snapshotJob({ snapshotId: `slack-${camera}-${String(number)}`, camera });
      await to.queue(job, isLate ? 'late' : { live: camera }, async (ranked) => sender.send(ranked, { timeoutMs: 5_000 }));
    };
    const receive = (snapshot: JobHandlers['snapshot'], options: { concurrency?: number; needs?: JobNeed[] } = {}): void => {
      const idle = async (): Promise<void> => undefined;
      receiver = createJobReceiver(
        storage(service.url),
        { ...perKind(() => idle), snapshot },
        { concurrency: () => options.concurrency ?? 1, log, needs: options.needs ?? [] },
      );
    };

    it('a camera that posts 200 frames delays another by those at work and one more', async () => {
      const line = ranks();
      for (let number = 0; number < 200; number += 1) await send(line, 'busy', number);
      await send(line, 'quiet', 0);
      const ran: string[] = [];
      receive(async ({ snapshotId }) => void ran.push(snapshotId));
      await until('ten ran', () => ran.length >= 10);
      expect(ran.slice(0, 3)).toEqual(['slack-busy-0', 'slack-quiet-0', 'slack-busy-1']);
    });

    it('a camera of which nothing waits is next, however far the busy one has come', async () => {
      const line = ranks(50);
      for (let number = 0; number < 200; number += 1) await send(line, 'busy', number);
      const ran: string[] = [];
      let goOn = (): void => undefined;
      receive(async ({ snapshotId }) => {
        ran.push(snapshotId);
        if (ran.length === 50) await new Promise<void>((resolve) => (goOn = resolve));
      });
      await until('fifty ran', () => ran.length === 50);
      // The line has looked at the queue.
      await new Promise((resolve) => setTimeout(resolve, 400));
      await send(line, 'quiet', 0);
      await send(line, 'busy', 200);
      goOn();
      await until('all ran', () => ran.length === 202);
      expect(ran[50]).toBe('slack-quiet-0');
      expect(ran.at(-1)).toBe('slack-busy-200');
      expect(ran.filter((id) => id.startsWith('slack-busy')).map((id) => Number(id.split('-')[2]))).toEqual(
        Array.from({ length: 201 }, (_, number) => number),
      );
    });

    it('snapshots of an outage run last, the oldest first', async () => {
      const line = ranks();
      for (const number of [0, 1]) await send(line, 'late', number, true);
      for (const number of [0, 1, 2]) await send(line, 'live', number);
      const ran: string[] = [];
      receive(async ({ snapshotId }) => void ran.push(snapshotId));
      await until('all ran', () => ran.length === 5);
      expect(ran).toEqual(['slack-live-0', 'slack-live-1', 'slack-live-2', 'slack-late-0', 'slack-late-1']);
    });

    it('waiting ones with a rank are counted and listed like others, also while the queue is paused', async () => {
      const line = ranks();
      for (const number of [0, 1, 2]) await send(line, 'busy', number);
      const counted = async () => (await admin.queues(['snapshot']))[0];
      expect(await counted()).toMatchObject({ waiting: 3, active: 0, delayed: 0, paused: false });
      const listed = await admin.list({ kinds: jobKinds, state: 'waiting', limit: 10 });
      expect(new Set(listed.map(({ id }) => id))).toEqual(new Set([0, 1, 2].map((n) => `slack-busy-${String(n)}`)));
      expect(listed.every(({ state }) => state === 'waiting')).toBe(true);
      const counts = await sender.counts();
      expect(counts.filter(({ kind, count }) => kind === 'snapshot' && count > 0)).toEqual([
        { kind: 'snapshot', state: 'waiting', count: 3 },
      ]);
      const queue = raw(service.url);
      await queue.pause();
      await queue.close();
      expect(await counted()).toMatchObject({ waiting: 3, paused: true });
      expect(await admin.drop({ kinds: jobKinds, ids: ['slack-busy-2'] })).toEqual([{ id: 'slack-busy-2', outcome: 'done' }]);
      expect(await counted()).toMatchObject({ waiting: 2 });
    });

    it('one that failed keeps its turn when it is tried again', async () => {
      const line = ranks();
      for (const number of [0, 1]) await send(line, 'busy', number);
      receive(async () => Promise.reject(new AppError('image-corrupt', 'no picture')));
      const failed = async () => admin.list({ kinds: jobKinds, state: 'failed', limit: 10 });
      await until('both failed', async () => (await failed()).length === 2);
      await receiver?.close(AbortSignal.abort());
      await admin.retry({ kinds: jobKinds, ids: ['slack-busy-1'] });
      await send(line, 'quiet', 0);
      const ran: string[] = [];
      receive(async ({ snapshotId }) => void ran.push(snapshotId));
      await until('both ran', () => ran.length === 2);
      expect(ran).toEqual(['slack-quiet-0', 'slack-busy-1']);
    });

    it('one that was put back while something was missing keeps its place', async () => {
      const line = ranks();
      for (const number of [0, 1, 2]) await send(line, 'busy', number);
      let isMissing = true;
      const need: JobNeed = {
        name: 'permission',
        explains: ({ code }) => code === 'chat-not-authorised',
        check: async () => {
          if (isMissing) throw new AppError('chat-not-authorised', 'not yet');
        },
        advise: ({ message }) => message,
        backoff: { firstMs: 100, maxMs: 100 },
      };
      const ran: string[] = [];
      let isFirst = true;
      receive(
        async ({ snapshotId }) => {
          if (snapshotId === 'slack-busy-1' && isFirst) {
            isFirst = false;
            isMissing = true;
            throw new AppError('chat-not-authorised', 'taken away');
          }
          ran.push(snapshotId);
        },
        { needs: [need] },
      );
      isMissing = false;
      await until('the second one was put back', () => !isFirst);
      await new Promise((resolve) => setTimeout(resolve, 300));
      isMissing = false;
      await until('all ran', () => ran.length === 3);
      expect(ran).toEqual(['slack-busy-0', 'slack-busy-1', 'slack-busy-2']);
    });
  });
}
