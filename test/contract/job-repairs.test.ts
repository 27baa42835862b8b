import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind, type Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createPlatformGates } from '@watchpost/worker/platform-gates';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const unexpected = async (): Promise<never> => Promise.reject(new Error('nobody was to be asked'));
const nobody = { download: unexpected, permalink: unexpected };
const patience = { timeoutMs: 5_000 };

for (const { name, needs, startEmpty, storage } of queueBackends) {
  describeWith(needs, `jobs of two platforms on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    let receiver: JobReceiver;
    let stopping: AbortController;
    /** Whose token is revoked. */
    let revoked: Set<string>;
    let ran: { id: string; attempt: number }[];
    let calls: string[];
    let raised: string[];

    beforeEach(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      stopping = new AbortController();
      revoked = new Set();
      ran = [];
      calls = [];
      raised = [];
      const platform = (prefix: string) => ({
        prefix,
        chat: {
          check: async () => call(prefix),
          ...nobody,
        },
      });
      const alerts = {
        raise: ({ topic }: { topic: string }) => void raised.push(topic),
        clear: (topic: string) => void raised.push(`clear ${topic}`),
      };
      const gates = createPlatformGates(
        { platforms: [platform('slack'), platform('telegram')], alerts, log, recheckMs: 20 },
        stopping.signal,
      );
      const call = async (prefix: string): Promise<void> => {
        if (revoked.has(prefix)) throw new AppError('chat-not-authorised', `${prefix} rejects the token`);
      };
      const platformFor = gates.guard((channel) => channel);
      const work = async (job: Job, { attempt }: JobContext): Promise<void> => {
        if (job.kind !== 'snapshot') return;
        const prefix = platformFor(job.channel).split(':', 1)[0] ?? '';
        calls.push(prefix);
        await call(prefix);
        ran.push({ id: job.snapshotId, attempt });
      };
      receiver = createJobReceiver(
        storage(service.url),
        perKind(() => work),
        {
          concurrency: () => 1,
          log,
          onRepairable: async (error) => gates.suspect(error),
          repairDelayMs: 100,
        },
      );
      await until('it is ready', () => receiver.held() !== null);
    }, 60_000);
    afterEach(async () => {
      stopping?.abort();
      await receiver?.close(AbortSignal.abort());
      await sender?.close();
      await service?.stop();
    });

    async function send(prefix: 'slack' | 'telegram', count: number): Promise<string[]> {
      const jobs = Array.from({ length: count }, () =>
        snapshotJob({ channel: `${prefix}:C1`, snapshotId: `${prefix}-C1-${randomUUID()}` }),
      );
      for (const job of jobs) await sender.send(job, patience);
      return jobs.map(({ snapshotId }) => snapshotId);
    }

    it('a revoked token of one holds up none of the other, and its own go on in their first attempt once it is right', async () => {
      revoked.add('telegram');
      const late = await send('telegram', 5);
      const soon = await send('slack', 5);
      await until('those of the other platform are done', () => ran.length === soon.length);
      expect(ran.map(({ id }) => id).toSorted()).toEqual(soon.toSorted());
      await until('admins are told', () => raised.includes('platform-telegram'));
      // Behind the gate they call nobody.
      const before = calls.filter((prefix) => prefix === 'telegram').length;
      await until('they came back a few times', async () =>
        (await sender.counts()).some(({ kind, state, count }) => kind === 'snapshot' && state === 'delayed' && count === 5),
      );
      expect(calls.filter((prefix) => prefix === 'telegram')).toHaveLength(before);
      expect(receiver.held()).toEqual([]);
      revoked.clear();
      await until('all are done', () => ran.length === late.length + soon.length, 20_000);
      expect(new Set(ran.map(({ attempt }) => attempt))).toEqual(new Set([1]));
      expect(raised).toEqual(['platform-telegram', 'clear platform-telegram']);
    });
  });
}
