import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(needs, `the signal of a job on ${name}`, () => {
    it('may be listened to by all that a handler does at once, without a warning', async () => {
      const warnings: string[] = [];
      const onWarning = ({ name: kind, message }: Error): void => void warnings.push(`${kind}: ${message}`);
      process.on('warning', onWarning);
      const service = await start();
      const sender = createJobSender(storage(service.url), { log });
      let done = false;
      const snapshot = async (_job: unknown, _context: unknown, signal: AbortSignal): Promise<void> => {
        await Promise.all(Array.from({ length: 30 }, async () => pause(20, signal)));
        done = true;
      };
      const handlers = { ...perKind(() => async (): Promise<void> => undefined), snapshot };
      const receiver = createJobReceiver(storage(service.url), handlers, { concurrency: () => 1, log });
      try {
        await sender.send(snapshotJob({ snapshotId: 'slack-C1-signal' }), { timeoutMs: 20_000 });
        await until('the job is done', () => done, 20_000);
        expect(warnings).toEqual([]);
      } finally {
        process.off('warning', onWarning);
        await receiver.close(AbortSignal.abort());
        await sender.close();
        await service.stop();
      }
    });
  });
}
