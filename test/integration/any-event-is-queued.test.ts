import { defaultCaptionPattern } from '@watchpost/ingest/platforms/camera-caption';
import { parseDelivery } from '@watchpost/ingest/platforms/slack/2-parse';
import { toJobs } from '@watchpost/ingest/platforms/slack/3-to-jobs';
import { cameraNameOf } from '@watchpost/ingest/platforms/slack/camera-name';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { snapshotJobSchema, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyEvent } from '../support/any-event.ts';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { fileShare, slackFile } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';

/** As ingest does, from the bytes of a request on. */
function jobsOf(body: unknown): SnapshotJob[] {
  const delivery = parseDelivery(JSON.parse(Buffer.from(JSON.stringify(body)).toString('utf8')));
  if (delivery.kind !== 'message') return [];
  const camera = cameraNameOf(delivery.message.text, defaultCaptionPattern);
  return toJobs(delivery.message, () => camera, null, null).jobs;
}

for (const { name, needs, start, storage, raw } of queueBackends) {
  describeWith(needs, `the jobs of any event, on ${name}`, () => {
    let service: Service;
    let sender: JobSender;

    beforeAll(async () => {
      service = await start();
      sender = createJobSender(storage(service.url), { log: createLogger('test', 'silent') });
      await until('the queue answers', async () =>
        sender.ping(AbortSignal.timeout(1_000)).then(
          () => true,
          () => undefined,
        ),
      );
    }, 120_000);

    afterAll(async () => {
      await sender?.close();
      await service?.stop();
    });

    it('are queued, and come out as they went in', { timeout: 120_000 }, async () => {
      const queue = raw(service.url);
      let count = 0;
      try {
        await fc.assert(
          fc.asyncProperty(anyEvent, async (body) => {
            for (const job of jobsOf(body)) {
              count += 1;
              await sender.send(job, { timeoutMs: 2_000 });
              const stored = (await queue.getJob(job.snapshotId))?.data as SnapshotJob;
              // An earlier event may have had the same ids: then the first one stays.
              expect(snapshotJobSchema.parse(stored)).toEqual(stored);
              expect(stored.snapshotId).toBe(job.snapshotId);
            }
          }),
          { numRuns: 500 },
        );
      } finally {
        await queue.close();
      }
      expect(count).toBeGreaterThan(200);
    });

    it('are queued with the longest names and addresses that there are', async () => {
      const long = (unit: string) => unit.repeat(5_000);
      for (const [index, unit] of ['\u0000', '"', '\\', 'ж', '李', '😀', 'é\u0301', '👨‍👩‍👧‍👦'].entries()) {
        const url = `https://files.slack.com/${unit.repeat(150)}`;
        const files = [
          slackFile({ id: `FL${String(index)}`, name: long(unit), mimetype: long(unit), url_private_download: url, thumb_1024: url }),
        ];
        const [job] = jobsOf(fileShare({ files, text: `Motion at x${long(unit)}` }));
        await expect(sender.send(job!, { timeoutMs: 2_000 })).resolves.toBeUndefined();
      }
    });
  });
}
