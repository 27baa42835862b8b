import type { Held } from '@watchpost/shared/jobs/job-need';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createCountFailures } from '@watchpost/worker/alerts/count-failures';
import { watchWorker } from '@watchpost/worker/alerts/watch-worker';
import { createMailHandler } from '@watchpost/worker/mail/pipeline';
import { createQueueMail } from '@watchpost/worker/mail/queue-mail';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;
let nowMs: number;
let raised: string[];
const alerts = {
  raise: ({ topic }: { topic: string }) => void raised.push(topic),
  clear: (topic: string) => void raised.push(`clear ${topic}`),
};
beforeEach(() => {
  nowMs = 1_800_000_000_000;
  raised = [];
});

describe('a worker', () => {
  it('tells at once what a person must repair, of a gallery only what lasts, and when it is over', async () => {
    let held: Held[] = [{ kind: 'visit', need: 'slack', reason: 'the token is wrong' }];
    let looks = 0;
    const stopping = new AbortController();
    const look = (): Held[] => {
      looks += 1;
      return held;
    };
    const watching = watchWorker({ held: look, isOutdated: () => false, alerts, now: () => nowMs, everyMs: 1 }, stopping.signal);
    onTestFinished(async () => {
      stopping.abort();
      await watching;
    });
    const lookTwice = async () => {
      const before = looks;
      await until('it looked', () => looks > before + 1);
    };
    await lookTwice();
    expect(raised).toEqual(['jobs-held-slack']);
    held = [{ kind: 'visit', need: 'gallery', reason: 'it is loading' }];
    await lookTwice();
    expect(raised).toEqual(['jobs-held-slack', 'clear jobs-held-slack']);
    nowMs += minuteMs;
    await lookTwice();
    nowMs += 9 * minuteMs;
    await lookTwice();
    expect(raised.slice(2)).toEqual(['jobs-held-gallery']);
    nowMs += minuteMs;
    await lookTwice();
    expect(raised.slice(2)).toEqual(['jobs-held-gallery', 'jobs-held-gallery']);
  });

  it('tells of a kind of jobs of which many fail within an hour', async () => {
    let failed = 100;
    let isAway = false;
    const count = createCountFailures({
      sender: {
        counts: async () => {
          if (isAway) throw new AppError('queue-unavailable', 'away');
          return [{ kind: 'visit', state: 'failed', count: failed }];
        },
      },
      alerts,
      now: () => nowMs,
    });
    const after = async (more: number, ms: number) => {
      failed += more;
      nowMs += ms;
      await count(never);
      return raised.splice(0);
    };
    expect(await after(0, 0)).toEqual([]);
    expect(await after(19, minuteMs)).toEqual([]);
    expect(await after(1, minuteMs)).toEqual(['jobs-failed-visit']);
    expect(await after(5, minuteMs)).toEqual([]);
    isAway = true;
    expect(await after(1, minuteMs)).toEqual([]);
    isAway = false;
    expect(await after(1, minuteMs)).toEqual([]);
    // As many, but not within an hour.
    for (let at = 0; at < 10; at += 1) expect(await after(4, 20 * minuteMs)).toEqual([]);
    // Old ones are removed meanwhile.
    expect(await after(-40, minuteMs)).toEqual([]);
    expect(await after(20, minuteMs)).toEqual(['jobs-failed-visit']);
  });

  it('counts nothing while the queue is away, which is no failure of the task', async () => {
    const counts = async () => Promise.reject(new AppError('queue-unavailable', 'the queue does not answer'));
    await createCountFailures({ sender: { counts }, alerts, now: () => nowMs })(never);
    expect(raised).toEqual([]);
    const broken = { counts: async () => Promise.reject(new TypeError('a fault')) };
    await expect(createCountFailures({ sender: broken, alerts, now: () => nowMs })(never)).rejects.toThrow('a fault');
  });
});

describe('mail', () => {
  const envelope = createEnvelope(['a key of a test that has 32 characters and more'], 'jobs');
  const job = async (named = 'a'): Promise<Job & { kind: 'mail' }> => {
    const sent: Job[] = [];
    const sender: Pick<JobSender, 'send'> = { send: async (each) => void sent.push(each) };
    await createQueueMail({ sender, envelope, sendTimeoutMs: 1 })(
      named,
      { to: ['a@example.org', 'b@example.org', 'a@example.org'], subject: 's', text: 'secret words' },
      never,
    );
    expect(sent).toHaveLength(2);
    expect(JSON.stringify(sent)).not.toMatch(/secret|example/);
    const [first] = sent;
    if (first?.kind !== 'mail') throw new Error('no mail');
    return first;
  };
  const handlerFor = (send: (id: string, mail: { to: string[] }) => Promise<void>) =>
    createMailHandler({ mailer: { send }, envelope, alerts, log: createLogger('test', 'silent'), now: () => nowMs });
  const context = { attempt: 1, lastAttempt: false };

  it('is opened, sent to one recipient, and sent no more once it is erased', async () => {
    const mail = await job();
    const sent: unknown[] = [];
    const handler = handlerFor(async (id, { to }) => void sent.push([id, to]));
    await handler(mail, context, never);
    expect(await handler({ ...mail, sealed: null }, context, never)).toBe('idle');
    expect(sent).toEqual([[mail.id, ['a@example.org']]]);
  });

  it('that is refused is told, a server that is away only after ten minutes, one that needs a person at once', async () => {
    const mail = await job();
    let error = new AppError('mail-unavailable', 'away', { retryAfterMs: 60_000 });
    const handler = handlerFor(async () => Promise.reject(error));
    const fails = async (code: string) => expect(handler(mail, context, never)).rejects.toMatchObject({ code });
    await fails('mail-unavailable');
    expect(raised).toEqual([]);
    nowMs += 10 * minuteMs;
    await fails('mail-unavailable');
    expect(raised.splice(0)).toEqual(['mail']);
    error = new AppError('mail-refused', 'no');
    await fails('mail-refused');
    expect(raised.splice(0)).toEqual(['mail-refused']);
    error = new AppError('mail-unavailable', 'password', { retryAfterMs: 600_000 });
    await expect(handlerFor(async () => Promise.reject(error))(mail, context, never)).rejects.toMatchObject({ code: 'mail-unavailable' });
    expect(raised).toEqual(['mail']);
  });

  it('to admins that is refused is no reason for the next one', async () => {
    const mail = await job('alert-1');
    const refused = async (): Promise<void> => Promise.reject(new AppError('mail-refused', 'no such address'));
    await expect(handlerFor(refused)(mail, context, never)).rejects.toMatchObject({ code: 'mail-refused' });
    expect(raised).toEqual(['alert-mail-refused']);
  });
});
