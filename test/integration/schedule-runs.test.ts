import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobScheduler } from '@watchpost/shared/jobs/bullmq-job-scheduler';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobReceiver } from '@watchpost/shared/jobs/job-queue';
import type { JobScheduler } from '@watchpost/shared/jobs/job-scheduler';
import { everyMs } from '@watchpost/shared/jobs/times';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import { createScheduledHandler } from '@watchpost/worker/scheduled/pipeline';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { startReceiverProcess, type ReceiverProcess } from '../support/receiver-process.ts';
import { scheduleRig } from '../support/schedule-rig.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const up = 'jobs: [{ name: up, every: 1m, numbers: own, post: { to: "slack:C1", text: "{at}" } }]';
const times = { pattern: everyMs(1_000), timeZone: 'UTC' };

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(needs, `runs of jobs on a schedule on ${name}`, () => {
    let service: Service;
    let scheduler: JobScheduler;
    const receivers: JobReceiver[] = [];
    const processes: ReceiverProcess[] = [];

    beforeAll(async () => {
      service = await start();
      scheduler = createJobScheduler(storage(service.url), { log });
    });
    afterEach(async () => {
      await scheduler.arrange([], never);
      await Promise.all(processes.splice(0).map(async (child) => child.kill()));
      await Promise.all(receivers.splice(0).map(async (receiver) => receiver.close(AbortSignal.abort())));
    });
    afterAll(async () => {
      await scheduler?.close();
      await service?.stop();
    });

    /** Workers of one installation; a run takes `ms`. */
    const work = (workers: number, ms: number) => {
      const rig = scheduleRig(up, { documents: createMemoryDocuments() });
      const seen = { running: 0, most: 0, runs: 0 };
      const [task] = rig.scheduling.schedule.all();
      const often: ScheduledTask = { ...task!, times };
      const readNumbers = async (): Promise<never> => {
        seen.running += 1;
        seen.runs += 1;
        seen.most = Math.max(seen.most, seen.running);
        await new Promise((resolve) => setTimeout(resolve, ms));
        seen.running -= 1;
        return rig.scheduling.readNumbers(never) as Promise<never>;
      };
      const scheduling = { ...rig.scheduling, schedule: { get: () => often, all: () => [often] }, readNumbers, now: Date.now };
      const scheduled = createScheduledHandler({ scheduling, log });
      const idle = async (): Promise<void> => undefined;
      for (let made = 0; made < workers; made += 1)
        receivers.push(
          createJobReceiver(
            storage(service.url),
            { ...perKind(() => idle), scheduled },
            { concurrency: () => 2, log, lockMs: 2_000, stallCheckMs: 500 },
          ),
        );
      return { rig, seen };
    };

    it('never overlap, however long they take, and each is told once', async () => {
      const { rig, seen } = work(2, 2_300);
      await scheduler.arrange([{ name: 'up', ...times }], never);
      await until('three runs are over', () => rig.notices.size >= 3, 60_000);
      expect(seen.most).toBe(1);
      expect(new Set(rig.said()).size).toBe(rig.notices.size);
    }, 90_000);

    it('go on after a worker was killed in the middle of one', async () => {
      const child = startReceiverProcess(storage(service.url), { kind: 'hold', ms: 600_000 }, { lockMs: 1_000, stallCheckMs: 500 });
      processes.push(child);
      await scheduler.arrange([{ name: 'up', ...times }], never);
      await child.took;
      await child.kill();
      const { rig } = work(1, 10);
      await until('it runs again', () => rig.notices.size >= 2, 60_000);
      expect(new Set(rig.said()).size).toBe(rig.notices.size);
    }, 90_000);
  });
}
