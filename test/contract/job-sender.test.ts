import { randomUUID } from 'node:crypto';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';

const log = createLogger('test', 'silent');
const patience = { timeoutMs: 5_000 };
const newJob = (over: Partial<SnapshotJob> = {}) => snapshotJob({ snapshotId: `slack-C1-${randomUUID()}`, ...over });

const texts: Record<'PostgreSQL' | 'Redis', [what: string, camera: string, refused: string | undefined, sqlState: string | undefined][]> = {
  PostgreSQL: [
    ['a NUL', 'a\u0000b', 'job-refused', '22P05'],
    ['half an emoji', 'cut \ud83d', 'job-refused', '22P02'],
  ],
  // Redis takes any JSON.
  Redis: [
    ['a NUL', 'a\u0000b', undefined, undefined],
    ['half an emoji', 'cut \ud83d', undefined, undefined],
  ],
};

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(needs, `a sender of jobs to ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    const metrics = createMetrics({ processMetrics: false });

    beforeAll(async () => {
      service = await start({ own: true });
      sender = createJobSender(storage(service.url), { log, metrics });
      await sender.ping(AbortSignal.timeout(20_000));
    }, 60_000);
    afterAll(async () => {
      await sender?.close();
      await service?.stop();
    });

    /** How sending ended, and after how long. */
    async function failure(job: SnapshotJob): Promise<{ code: unknown; cause: unknown; tookMs: number }> {
      const startedAt = performance.now();
      const error: unknown = await sender.send(job, patience).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
      return { code, cause, tookMs: performance.now() - startedAt };
    }

    // What no queue takes.
    it.each([
      ['is too large', newJob({ camera: 'x'.repeat(20_000) }), /exceeds the limit/],
      ['has a colon in its id', newJob({ snapshotId: 'slack:C1:1700000000.1:F1' }), /Custom Id/],
      ['has a whole number as its id', newJob({ snapshotId: '17' }), /Custom Id/],
      ['is no JSON', newJob({ takenAtMs: 1n as unknown as number }), /BigInt/],
    ])('refuses a job at once that %s', async (_what, job, why) => {
      const { code, cause, tookMs } = await failure(job);
      expect([code, String(cause)]).toEqual(['job-refused', expect.stringMatching(why)]);
      expect(tookMs).toBeLessThan(1_000);
      expect((await metrics.scrape()).body).toMatch(/queue_send_seconds_count\{kind="snapshot",outcome="refused"\} [1-9]/);
      // The others are not held up by it.
      await sender.send(newJob(), patience);
    });

    it.each(texts[name])('takes a text with %s, or refuses it at once', async (_what, camera, refused, sqlState) => {
      const { code, cause, tookMs } = await failure(newJob({ camera }));
      expect([code, (cause as { code?: unknown } | undefined)?.code]).toEqual([refused, sqlState]);
      expect(tookMs).toBeLessThan(1_000);
    });

    it('says that the queue is unavailable during an outage, not that it refuses the job', async () => {
      await service.kill();
      const startedAt = performance.now();
      await expect(sender.send(newJob(), { timeoutMs: 1_600 })).rejects.toMatchObject({ code: 'queue-unavailable', retry: 'transient' });
      expect(performance.now() - startedAt).toBeGreaterThan(1_400);
      await service.restart();
      await sender.send(newJob(), { timeoutMs: 20_000 });
    });
  });
}
