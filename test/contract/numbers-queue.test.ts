import { randomUUID } from 'node:crypto';
import { createIngestMetrics } from '@watchpost/ingest/metrics';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(needs, `the numbers of a queue on ${name}`, () => {
    let service: Service;
    let sender: ReturnType<typeof createJobSender>;
    beforeAll(async () => {
      service = await start({ own: true });
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
    }, 60_000);
    afterAll(async () => {
      await sender?.close();
      await service?.stop();
    });
    const send = async (rank: number): Promise<void> =>
      sender.send(snapshotJob({ snapshotId: `slack-${randomUUID()}`, rank }), { timeoutMs: 5_000 });

    it('say since when its jobs wait, run and failed, and why; and a scrape does without while it is gone', async () => {
      const metrics = createMetrics({ processMetrics: false });
      createIngestMetrics(metrics, sender, sender);
      const valueOf = async (series: string): Promise<number> => {
        const { body } = await metrics.scrape();
        return Number(
          body
            .split('\n')
            .find((line) => line.startsWith(`watchpost_${series} `))
            ?.split(' ')
            .at(-1) ?? Number.NaN,
        );
      };
      expect(await sender.oldest()).toEqual([]);
      const beganAtMs = Date.now();
      await send(50);
      const sentAtMs = Date.now();
      await until('time has passed', () => Date.now() > sentAtMs + 20);
      // The first in turn is not the oldest.
      await send(3);
      const [oldest, ...others] = await sender.oldest();
      expect(others).toEqual([]);
      expect(oldest).toMatchObject({ kind: 'snapshot', state: 'waiting' });
      expect(oldest!.atMs).toBeGreaterThanOrEqual(beganAtMs);
      expect(oldest!.atMs).toBeLessThanOrEqual(sentAtMs);
      await until('a scrape tells', async () => (await valueOf('queue_jobs{kind="snapshot",state="waiting"}')) === 2);
      const ageSeconds = await valueOf('queue_oldest_seconds{kind="snapshot",state="waiting"}');
      expect(ageSeconds).toBeGreaterThan(0.02);
      expect(ageSeconds).toBeLessThan(60);

      const ofReceiver = createMetrics({ processMetrics: false });
      let go: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => (go = resolve));
      const handlers = perKind(() => async (): Promise<void> => {
        await gone;
        throw new AppError('image-corrupt', 'no picture');
      });
      const receiver = createJobReceiver(storage(service.url), handlers, { concurrency: () => 2, log, metrics: ofReceiver });
      await until('both run', async () => (await sender.oldest()).some(({ state }) => state === 'active'));
      go();
      const failed = 'watchpost_job_errors_total{kind="snapshot",code="image-corrupt",outcome="ended"} 2';
      await until('both have failed', async () => (await ofReceiver.scrape()).body.includes(failed));
      await receiver.close(AbortSignal.timeout(5_000));
      await until('nothing waits', async () => (await sender.oldest()).length === 0);
      expect(await until('a scrape tells', async () => (await valueOf('queue_jobs{kind="snapshot",state="failed"}')) || undefined)).toBe(2);

      await service.kill();
      const startMs = performance.now();
      await metrics.scrape();
      expect(performance.now() - startMs).toBeLessThan(500);
      await until('it is known to be gone', async () => (await valueOf('queue_up')) === 0);
      expect(await valueOf('queue_jobs{kind="snapshot",state="failed"}')).toBeNaN();
    });
  });
}
