import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(
    needs,
    `a receiver whose queue on ${name} goes away`,
    () => {
      let service: Service;
      let sender: JobSender;
      let receiver: JobReceiver | undefined;
      let taken: string[] = [];
      let next = 1;

      beforeAll(async () => {
        service = await start({ own: true });
        sender = createJobSender(storage(service.url), { log });
      }, 120_000);
      afterEach(async () => {
        await receiver?.close(AbortSignal.timeout(2_000));
        taken = [];
      });
      afterAll(async () => {
        await sender?.close();
        await service?.stop();
      });

      const receive = (hold?: Promise<void>): void => {
        const idle = async (): Promise<void> => undefined;
        const snapshot = async ({ snapshotId }: { snapshotId: string }): Promise<void> => {
          taken.push(snapshotId);
          await hold;
        };
        receiver = createJobReceiver(
          storage(service.url),
          { ...perKind(() => idle), snapshot },
          { concurrency: () => 1, log, stallCheckMs: 500, watchMs: 500 },
        );
      };
      const send = async (): Promise<string> => {
        const id = `slack-C1-outage-${String(next++)}`;
        await until('the job is queued', async () =>
          sender.send(snapshotJob({ snapshotId: id }), { timeoutMs: 2_000 }).then(
            () => true,
            () => false,
          ),
        );
        return id;
      };
      const takes = async (id: string): Promise<void> => {
        await until(`${id} is taken`, () => taken.includes(id));
        expect(taken.filter((each) => each === id)).toHaveLength(1);
        expect(receiver!.isLive()).toBe(true);
      };

      it('takes jobs when it started before its queue', async () => {
        await service.kill();
        receive();
        expect(receiver!.isLive()).toBe(true);
        await service.restart();
        await takes(await send());
      });

      it('takes jobs after its queue was killed, and keeps the one it had', async () => {
        let finish = (): void => undefined;
        receive(new Promise((resolve) => (finish = resolve)));
        const held = await send();
        await takes(held);
        await service.kill();
        await service.restart();
        finish();
        await takes(await send());
        expect(taken.filter((id) => id === held)).toHaveLength(1);
      });

      it('takes jobs after its queue was frozen', async () => {
        receive();
        await takes(await send());
        service.pause();
        await expect(sender.ping(AbortSignal.timeout(300))).rejects.toMatchObject({ code: 'queue-unavailable' });
        service.resume();
        await takes(await send());
      });

      it('closes within its time while the queue is away', async () => {
        receive();
        await takes(await send());
        await service.kill();
        const before = Date.now();
        await receiver!.close(AbortSignal.timeout(500));
        expect(Date.now() - before).toBeLessThan(5_000);
        await service.restart();
      });

      it('closes after an outage that it watched', async () => {
        receive();
        await takes(await send());
        // Longer than between two looks at the queue.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await service.kill();
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        await service.restart();
        const id = await send();
        await until('it takes jobs again', () => taken.includes(id));
        const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'still closing'));
        expect(await Promise.race([receiver!.close(AbortSignal.abort()), late])).toBeUndefined();
      });
    },
    { own: true },
  );
}
