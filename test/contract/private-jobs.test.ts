import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { jobId, parseJob, perKind } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

for (const { name, needs, startEmpty, storage, raw } of queueBackends) {
  describeWith(needs, `what somebody typed, on ${name}`, () => {
    it('is in the queue until it is done, and no longer; the same click is still done once', async () => {
      const service = await startEmpty();
      const sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      const queue = raw(service.url, 'interactions');
      const job: InteractionJob = {
        v: 1,
        kind: 'interaction',
        id: 'slack-command-1',
        platform: 'slack',
        atMs: 1,
        by: { member: 'U1', channel: 'slack:C1', thread: null, url: 'https://hooks.slack.com/actions/secret' },
        deed: { do: 'command', text: 'forget Ada Lovelace confirm' },
      };
      const id = jobId('interaction', job);
      const done: unknown[] = [];
      let finish = (): void => undefined;
      const idle = async (): Promise<void> => undefined;
      const interaction = async (given: InteractionJob): Promise<void> => {
        done.push(given.deed);
        await new Promise<void>((resolve) => (finish = resolve));
      };
      const receiver = createJobReceiver(
        storage(service.url),
        { ...perKind(() => idle), interaction },
        { concurrency: () => 1, log, needs: [] },
      );
      try {
        await sender.send(job, { timeoutMs: 10_000 });
        await until('it is at work', () => done.length === 1);
        expect(JSON.stringify((await queue.getJob(id))?.data)).toContain('Ada Lovelace');
        finish();
        await until('it is done', async () => (await (await queue.getJob(id))?.getState()) === 'completed');
        const left: unknown = (await queue.getJob(id))?.data;
        expect(JSON.stringify(left)).not.toMatch(/Ada|secret/);
        expect(parseJob('interaction', left).deed).toEqual({ do: 'nothing' });
        await sender.send(job, { timeoutMs: 10_000 });
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(done).toHaveLength(1);
      } finally {
        await receiver.close(AbortSignal.abort());
        await queue.close();
        await sender.close();
        await service.stop();
      }
    }, 60_000);
  });
}
