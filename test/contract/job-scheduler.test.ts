import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobScheduler } from '@watchpost/shared/jobs/bullmq-job-scheduler';
import type { JobReceiver } from '@watchpost/shared/jobs/job-queue';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobScheduler } from '@watchpost/shared/jobs/job-scheduler';
import { everyMs } from '@watchpost/shared/jobs/times';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const daily = { pattern: '0 7 * * *', timeZone: 'Europe/Zurich' };
const often = { pattern: everyMs(500), timeZone: 'UTC' };

for (const { name, needs, start, storage, raw } of queueBackends) {
  describeWith(needs, `jobs on a schedule on ${name}`, () => {
    let service: Service;
    const schedulers: JobScheduler[] = [];
    const receivers: JobReceiver[] = [];
    const ran: string[] = [];

    beforeAll(async () => {
      service = await start();
    });
    afterEach(async () => {
      await scheduler().arrange([], never);
      await Promise.all(receivers.splice(0).map(async (receiver) => receiver.close(AbortSignal.abort())));
      await Promise.all(schedulers.splice(0).map(async (each) => each.close()));
      ran.splice(0);
    });
    afterAll(async () => service?.stop());

    const scheduler = (): JobScheduler => {
      const made = createJobScheduler(storage(service.url), { log });
      schedulers.push(made);
      return made;
    };
    const receive = (): void => {
      const idle = async (): Promise<void> => undefined;
      const scheduled = async ({ name: job }: { name: string }): Promise<void> => void ran.push(job);
      receivers.push(createJobReceiver(storage(service.url), { ...perKind(() => idle), scheduled }, { concurrency: () => 1, log }));
    };
    const waiting = async (): Promise<number> => {
      const queue = raw(service.url, 'scheduled');
      const jobs = await queue.getJobs(['waiting', 'delayed', 'prioritized']);
      await queue.close();
      return jobs.length;
    };

    it('says what it changed, and leaves alone what runs as it should', async () => {
      const one = scheduler();
      const news = { name: 'news', ...daily };
      const quotes = { name: 'quotes', ...daily };
      expect(await one.arrange([news, quotes], never)).toEqual({ added: ['news', 'quotes'], changed: [], removed: [] });
      expect(await scheduler().arrange([news, quotes], never)).toEqual({ added: [], changed: [], removed: [] });
      expect(await one.arrange([{ ...news, pattern: '5 7 * * *' }], never)).toEqual({ added: [], changed: ['news'], removed: ['quotes'] });
      expect(await waiting()).toBe(1);
      expect(await one.arrange([{ ...news, pattern: '5 7 * * *', timeZone: 'UTC' }], never)).toMatchObject({ changed: ['news'] });
      expect(await one.arrange([], never)).toMatchObject({ removed: ['news'] });
      expect(await waiting()).toBe(0);
    });

    it('runs a job at its times, by one of several workers, until it is taken out', async () => {
      receive();
      receive();
      const one = scheduler();
      const startedAtMs = Date.now();
      await one.arrange([{ name: 'often', ...often }], never);
      await until('it has run four times', () => ran.length >= 4);
      expect(ran.length).toBeLessThanOrEqual(Math.ceil((Date.now() - startedAtMs) / 500) + 1);
      await one.arrange([], never);
      expect(await waiting()).toBe(0);
    });

    it('keeps one run of those that nobody was there for', async () => {
      await scheduler().arrange([{ name: 'often', ...often }], never);
      const from = Date.now();
      await until('several times have passed', () => Date.now() - from > 2_500);
      expect(await waiting()).toBe(1);
      const queue = raw(service.url, 'scheduled');
      const [job] = await queue.getJobs(['waiting', 'delayed']);
      await queue.close();
      expect(job?.data).toEqual({ v: 1, kind: 'scheduled', name: 'often' });
      const startedAtMs = Date.now();
      receive();
      await until('it has run', () => ran.length > 0);
      expect(ran.length).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - startedAtMs) / 500));
    });
  });
}
