import { randomUUID } from 'node:crypto';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobBacklog, JobSender } from '@watchpost/shared/jobs/job-queue';
import { backfilledRank } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(needs, `the backlog on ${name}`, () => {
    let service: Service;
    let sender: JobSender & JobBacklog;

    beforeAll(async () => {
      service = await start({ own: true });
      sender = createJobSender(storage(service.url), { log: createLogger('test', 'silent') });
      await sender.ping(AbortSignal.timeout(20_000));
    }, 60_000);
    afterAll(async () => {
      await sender?.close();
      await service?.stop();
    });

    const wait = async (ranks: readonly number[]): Promise<void> => {
      for (const rank of ranks) await sender.send(snapshotJob({ snapshotId: `slack-${randomUUID()}`, rank }), { timeoutMs: 5_000 });
    };
    const live = async (): Promise<number> => (await sender.waitingBefore('snapshot', backfilledRank)).waiting;

    it('counts the jobs that wait before a priority, however those beyond it are many', async () => {
      expect(await sender.waitingBefore('snapshot', backfilledRank)).toEqual({ waiting: 0, running: 0 });
      await wait([backfilledRank + 7, backfilledRank, backfilledRank + 3]);
      expect(await live()).toBe(0);
      await wait([0, 0]);
      expect(await live()).toBe(2);
      await wait([5, 1, backfilledRank - 1, 3, 1]);
      expect(await live()).toBe(7);
      await wait(Array.from({ length: 20 }, (_, index) => backfilledRank + index));
      expect(await live()).toBe(7);
      expect((await sender.waitingBefore('snapshot', 2)).waiting).toBe(4);
      expect((await sender.waitingBefore('snapshot', backfilledRank * 2)).waiting).toBe(30);
    });

    it('is unknown once the queue is gone', async () => {
      await service.stop();
      await expect(live()).rejects.toMatchObject({ code: 'queue-unavailable' });
    });
  });
}
