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
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const snapshots = ['snapshot'] as const;

for (const { name, needs, startEmpty, storage } of queueBackends) {
  describeWith(needs, `jobs in the console on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    let admin: JobAdmin;
    let receiver: JobReceiver | undefined;

    beforeEach(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      admin = await openJobAdmin(storage(service.url), never);
    }, 60_000);
    afterEach(async () => {
      await receiver?.close(AbortSignal.abort());
      receiver = undefined;
      await admin?.close();
      await sender?.close();
      await service?.stop();
    });

    const receive = (snapshot: JobHandlers['snapshot']): void => {
      const idle = async (): Promise<void> => undefined;
      receiver = createJobReceiver(storage(service.url), { ...perKind(() => idle), snapshot }, { concurrency: () => 1, log });
    };
    async function send(): Promise<string> {
      const job = snapshotJob({ snapshotId: `slack-C1-${randomUUID()}`, camera: 'My secret camera' });
      await sender.send(job, { timeoutMs: 5_000 });
      return job.snapshotId;
    }
    const failedIds = async (over: Partial<Parameters<JobAdmin['list']>[0]> = {}) =>
      (await admin.list({ kinds: jobKinds, state: 'failed', limit: 100, ...over })).map(({ id }) => id);

    it('are paged from where one stopped, filtered by their code, and retried or dropped by it', async () => {
      const ids = await Promise.all(Array.from({ length: 5 }, async () => send()));
      let runs = 0;
      receive(async ({ snapshotId }) => {
        runs += 1;
        throw new AppError(ids.indexOf(snapshotId) % 2 === 0 ? 'image-corrupt' : 'file-gone', 'no');
      });
      await until('all have failed', async () => (await failedIds()).length === 5);
      await receiver?.close(AbortSignal.abort());
      receiver = undefined;

      const all = await admin.list({ kinds: jobKinds, state: 'failed', limit: 100 });
      const paged: string[] = [];
      for (let before; paged.length < 5;) {
        const page = await admin.list({ kinds: jobKinds, state: 'failed', limit: 2, ...(before && { before }) });
        expect(page.length).toBeGreaterThan(0);
        paged.push(...page.map(({ id }) => id));
        before = page.at(-1);
      }
      expect(paged).toEqual(all.map(({ id }) => id));
      const corrupt = await failedIds({ code: 'image-corrupt' });
      expect([...corrupt].sort()).toEqual([ids[0]!, ids[2]!, ids[4]!].sort());
      const dropped = await admin.drop({ kinds: jobKinds, ids: null, code: 'file-gone' });
      expect(dropped.map(({ id }) => id).sort()).toEqual([ids[1]!, ids[3]!].sort());
      const retried = await admin.retry({ kinds: jobKinds, ids: null, code: 'image-corrupt' });
      expect([retried.length, await failedIds(), runs]).toEqual([3, [], 5]);
      const [queue] = await admin.queues(snapshots);
      expect(queue).toMatchObject({ waiting: 3, failed: 0 });
    });

    it('are changed by several people at once: whom another was faster than is told what holds now', async () => {
      receive(async () => {
        throw new AppError('image-corrupt', 'no');
      });
      const outcomes = new Set<string>();
      for (let round = 0; round < 4; round += 1) {
        const ids = [await send(), await send()];
        await until('both have failed', async () => (await failedIds()).length === 2);
        await admin.setPaused('snapshot', true);
        const retries = Array.from({ length: 6 }, async () => admin.retry({ kinds: snapshots, ids }));
        const all = await Promise.all([...retries, admin.drop({ kinds: snapshots, ids })]);
        for (const { outcome } of all.flat()) outcomes.add(outcome);
        await admin.drop({ kinds: snapshots, ids });
        await admin.setPaused('snapshot', false);
      }
      expect([...outcomes].filter((outcome) => !['done', 'not-found', 'waiting'].includes(outcome))).toEqual([]);
      expect(outcomes.size).toBeGreaterThan(1);
    });

    it('are dropped by several people at once, and none of them is told that the queue is away', async () => {
      receive(async () => {
        throw new AppError('image-corrupt', 'no');
      });
      const all = [];
      for (let round = 0; round < 4; round += 1) {
        const ids = [await send(), await send(), await send()];
        await until('all have failed', async () => (await failedIds()).length === 3);
        all.push(...(await Promise.all(Array.from({ length: 8 }, async () => admin.drop({ kinds: snapshots, ids })))).flat());
        expect(await failedIds()).toEqual([]);
      }
      expect(all).toHaveLength(4 * 8 * 3);
      // BullMQ on Redis tells those who remove a job at the same moment that each of them did.
      expect([...new Set(all.map(({ outcome }) => outcome))].filter((outcome) => outcome !== 'not-found')).toEqual(['done']);
    });

    it('are shown with what they are about, and nothing that somebody wrote', async () => {
      const sentFromMs = Date.now();
      const id = await send();
      const job = await admin.get(jobKinds, id);
      expect(job).toMatchObject({ id, kind: 'snapshot', state: 'waiting', reason: null, about: { snapshotId: id, v: 1 } });
      expect(JSON.stringify(job)).not.toContain('secret');
      expect(await admin.get(jobKinds, 'nobody')).toBeNull();
      const [queue] = await admin.queues(snapshots);
      expect(queue!.oldestAtMs).toBe(job!.sentAtMs);
      expect(job!.sentAtMs).toBeGreaterThanOrEqual(sentFromMs - 1_000);
    });

    it('are not taken while their kind is paused, and are counted by the minute when they are done', async () => {
      await admin.setPaused('snapshot', true);
      const ids = [await send(), await send()];
      const seen: string[] = [];
      let release: (() => void) | undefined;
      receive(async ({ snapshotId }) => {
        seen.push(snapshotId);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      });
      await until('the worker looks', () => receiver?.held() !== null);
      expect((await admin.queues(snapshots))[0]).toMatchObject({ paused: true, waiting: 2, active: 0 });
      expect([seen, receiver?.running()]).toEqual([[], []]);
      await admin.setPaused('snapshot', false);
      await until('the first one is taken', () => seen.length === 1);
      expect(receiver?.running()).toEqual([{ kind: 'snapshot', count: 1 }]);
      release?.();
      await until('the second one is taken', () => seen.length === 2);
      release?.();
      const done = async (): Promise<number> => {
        const [history] = await admin.history(snapshots, 60);
        expect([history!.completed.length, history!.failed.length]).toEqual([60, 60]);
        return history!.completed.slice(-2).reduce((sum, count) => sum + count, 0);
      };
      await until('both are counted in the last minutes', async () => (await done()) === 2);
      expect(seen.sort()).toEqual(ids.sort());
      const [idle] = await admin.history(['mail'], 60);
      expect(idle!.completed.every((count) => count === 0)).toBe(true);
    });
  });
}
