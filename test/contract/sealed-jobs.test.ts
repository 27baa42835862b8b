import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobId, jobKinds, parseJob, perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobHandlers, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends, type QueueBackend } from '../support/queue-backends.ts';
import { everythingQueued } from '../support/queue-dump.ts';
import { startReceiverProcess, type ReceiverProcess } from '../support/receiver-process.ts';
import { runCommand } from '../support/run-command.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const envelope = createEnvelope(['s'.repeat(40)], 'jobs');
const what = { texts: [{ where: 'text', text: 'what nobody should keep' }], before: null, files: [] };

/** Message jobs, and what the queue keeps of them. */
function rig({ startEmpty, storage, raw }: QueueBackend) {
  let service: Service;
  let sender: JobSender;
  let queue: ReturnType<QueueBackend['raw']>;
  let receiver: JobReceiver | undefined;
  let serial = 0;
  const children: ReceiverProcess[] = [];
  return {
    start: async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log });
      await sender.ping(AbortSignal.timeout(20_000));
      queue = raw(service.url, 'messages');
    },
    stop: async () => {
      await queue.close();
      await sender.close();
      await service.stop();
    },
    rest: async () => {
      await Promise.all(children.splice(0).map(async (child) => child.kill()));
      await receiver?.close(AbortSignal.abort());
      receiver = undefined;
    },
    storage: () => storage(service.url),
    receive: (handlers: Partial<JobHandlers>): void => {
      const idle = async (): Promise<void> => undefined;
      const all = { ...perKind(() => idle), ...handlers };
      receiver = createJobReceiver(storage(service.url), all, { concurrency: () => 1, log, lockMs: 1_000, stallCheckMs: 300 });
    },
    child: (): ReceiverProcess => {
      const hold = { kind: 'hold', ms: 60_000 } as const;
      const child = startReceiverProcess(storage(service.url), hold, { lockMs: 1_000, stallCheckMs: 300 });
      children.push(child);
      return child;
    },
    /** A job that is not in the queue yet. */
    newJob: (): MessageJob & { sealed: string } => {
      serial += 1;
      const id = `slack-C1-${String(serial)}`;
      const author = { member: 'U1', bot: null, app: null };
      const message = {
        channel: 'slack:C1',
        messageId: `${String(serial)}.1`,
        thread: null,
        author,
        postedAtMs: 1,
        isDirect: false,
      } as const;
      return { ...message, v: 1, kind: 'message', id, change: 'posted', atMs: 1, sealed: sealJson(envelope, what, id) };
    },
    send: async (job: MessageJob): Promise<void> => sender.send(job, { timeoutMs: 10_000 }),
    /** As a sender does whose jobs have fewer attempts, or are of another version. */
    add: async (job: MessageJob, data: unknown, attempts: number): Promise<void> => {
      await queue.add('message', data, { jobId: jobId('message', job), attempts, backoff: 1 });
    },
    stateOf: async (job: MessageJob): Promise<unknown> => (await queue.getJob(jobId('message', job)))?.getState(),
    dataOf: async (job: MessageJob): Promise<unknown> => (await queue.getJob(jobId('message', job)))?.data,
  };
}

for (const backend of queueBackends) {
  describeWith(backend.needs, `what a message says, sealed in a job on ${backend.name}`, () => {
    const { start, stop, rest, storage, receive, child, newJob, send, add, stateOf, dataOf } = rig(backend);

    beforeAll(start, 60_000);
    afterAll(stop);
    afterEach(rest);

    /** What the queue keeps of a job once it has ended and what was sealed in it is nowhere on the server. */
    const leftOf = async (job: MessageJob & { sealed: string }, state: 'completed' | 'failed'): Promise<MessageJob> => {
      await until(`it is ${state}`, async () => (await stateOf(job)) === state, 20_000);
      await until('it is erased', async () => !(await everythingQueued(storage())).includes(job.sealed));
      return parseJob('message', await dataOf(job));
    };

    it('is there while it waits and is at work, and gone once it is done', async () => {
      const job = newJob();
      await send(job);
      expect(await everythingQueued(storage())).toContain(job.sealed);
      let given: MessageJob | undefined;
      receive({ message: async (taken) => void (given = taken) });
      expect(await leftOf(job, 'completed')).toEqual({ ...job, sealed: null });
      expect(given).toEqual(job);
    });

    it('is gone once the job has failed permanently', async () => {
      const job = newJob();
      await send(job);
      receive({ message: async () => Promise.reject(new AppError('chat-refused', 'no')) });
      expect(await leftOf(job, 'failed')).toEqual({ ...job, sealed: null });
    });

    it('stays from attempt to attempt, and is gone once all are used up', async () => {
      const job = newJob();
      await add(job, job, 2);
      const seen: (string | null)[] = [];
      receive({
        message: async ({ sealed }) => {
          seen.push(sealed);
          throw new AppError('chat-unavailable', 'later');
        },
      });
      expect(await leftOf(job, 'failed')).toEqual({ ...job, sealed: null });
      expect(seen).toEqual([job.sealed, job.sealed]);
    });

    it('is gone once three workers died of it', async () => {
      const job = newJob();
      await send(job);
      for (let death = 1; death <= 3; death += 1) {
        const victim = child();
        expect(await victim.took).toBe(job.id);
        await victim.kill();
      }
      receive({});
      expect(await leftOf(job, 'failed')).toEqual({ ...job, sealed: null });
    }, 60_000);

    it('is gone once a job of another version has failed, which nobody here can read', async () => {
      const job = newJob();
      await add(job, { ...job, v: 0, parts: [{ sealed: job.sealed }] }, 3);
      receive({});
      await until('it failed', async () => (await stateOf(job)) === 'failed');
      expect(await dataOf(job)).toEqual({ ...job, v: 0, sealed: null, parts: [{ sealed: null }] });
      expect(await everythingQueued(storage())).not.toContain(job.sealed);
    });

    it('is gone once the job was dropped by hand, with all the rest of it', async () => {
      const job = newJob();
      await send(job);
      const admin = await openJobAdmin(storage(), AbortSignal.timeout(20_000));
      expect(await admin.drop({ kinds: jobKinds, ids: [jobId('message', job)] })).toMatchObject([{ outcome: 'done' }]);
      await admin.close();
      expect(await everythingQueued(storage())).not.toContain(job.sealed);
      expect(await dataOf(job)).toBeUndefined();
    });

    it('is not printed by the command that lists jobs', async () => {
      const job = newJob();
      await send(job);
      const printed = await runCommand('jobs', ['list', '--state', 'waiting', '--json'], storage());
      expect(printed.out.join('\n')).toContain(jobId('message', job));
      expect(JSON.stringify(printed)).not.toContain(job.sealed.slice(0, 40));
      receive({});
      expect(await leftOf(job, 'completed')).toEqual({ ...job, sealed: null });
    });
  });
}
