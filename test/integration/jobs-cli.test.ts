import { randomUUID } from 'node:crypto';
import { runCommand } from '@watchpost/cli/run-command';
import { AppError } from '@watchpost/shared/errors';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

async function jobs(args: string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(['jobs', ...args], { env, print: (line) => void out.push(line), warn: (line) => void err.push(line) });
  return { code, out, err };
}

describe('watchpost jobs', () => {
  it.each([
    ['look', 'the action must be one of list, retry, drop'],
    ['list x', 'unexpected argument: x'],
    ['list --all', '--all is for retry and drop'],
    [
      '--kind picture',
      '--kind must be one of snapshot, visit, notice, interaction, message, file, violation, telling, entry, profile, handoff, result',
    ],
    ['--state done', '--state must be one of failed, waiting, delayed, active'],
    ['--limit 0', '--limit must be a whole number'],
    ['retry', 'retry takes ids, or --all'],
    ['drop --all x', 'drop takes ids, or --all'],
    ['retry --all --state failed', '--state and --limit are for list'],
  ])('answers "%s" with its usage', async (line, why) => {
    const { code, out, err } = await jobs(line.split(' '));
    expect([code, out, err]).toEqual([2, [], [expect.stringContaining(why), expect.stringMatching(/^usage: jobs /)]]);
  });

  it('says what is missing where no queue is configured', async () => {
    expect(await jobs([], { MONGO_CONNECTION_STRING: 'mongodb://nowhere' })).toMatchObject({
      code: 1,
      err: [expect.stringMatching(/^config-invalid: .*REDIS_URL or POSTGRES_URL/s)],
    });
  });
});

for (const { name, needs, startEmpty, storage, raw } of queueBackends) {
  describeWith(needs, `watchpost jobs on ${name}`, () => {
    let service: Service;
    let env: Record<string, string>;
    const ids = [1, 2, 3].map((serial) => `slack-C1-${serial}-${randomUUID()}`);

    beforeAll(async () => {
      service = await startEmpty();
      env = { ...storage(service.url) };
      const sender = createJobSender(env, { log });
      await sender.ping(AbortSignal.timeout(20_000));
      const fail = async (): Promise<void> => Promise.reject(new AppError('file-gone', 'deleted'));
      const receiver = createJobReceiver(
        env,
        perKind(() => fail),
        { concurrency: () => 1, log },
      );
      for (const snapshotId of ids) await sender.send(snapshotJob({ snapshotId }), { timeoutMs: 5_000 });
      await until('all failed', async () => (await sender.counts()).some(({ state, count }) => state === 'failed' && count === 3));
      await receiver.close(AbortSignal.abort());
      await sender.close();
    }, 60_000);
    afterAll(async () => service?.stop());

    it('lists, retries and drops without any worker, and tells unknown ids', async () => {
      const { code, out } = await jobs(['--json'], env);
      expect([code, out.map((line) => (JSON.parse(line) as { id: string }).id)]).toEqual([0, ids.toReversed()]);
      expect((await jobs(['list', '--limit', '1'], env)).err).toEqual(['the newest 1; --limit shows more']);
      expect(await jobs(['--kind', 'result'], env)).toEqual({
        code: 0,
        out: [],
        err: ['no failed jobs', '0 waiting, 0 delayed, 0 active'],
      });
      expect((await jobs([], env)).out).toEqual([
        expect.stringMatching(/^id +kind +time +attempts +reason$/),
        ...ids.toReversed().map((id) => expect.stringMatching(new RegExp(`^${id} +snapshot +\\d.* UTC +1/6 +file-gone: deleted$`))),
      ]);

      expect(await jobs(['retry', ids[0]!, 'nobody'], env)).toEqual({
        code: 1,
        out: ['1 job put back into the queue'],
        err: ['nobody cannot be retried: there is no such job'],
      });
      expect(await jobs(['retry', ids[0]!], env)).toMatchObject({ code: 1, err: [`${ids[0]} cannot be retried: it is waiting to be run`] });
      expect((await jobs(['--state', 'waiting'], env)).out).toEqual([expect.any(String), expect.stringContaining(ids[0]!)]);
      expect(await jobs(['drop', ids[1]!], env)).toEqual({ code: 0, out: ['1 job dropped'], err: [] });
      expect(await jobs(['drop', '--all', '--json'], env)).toEqual({ code: 0, out: [JSON.stringify({ dropped: [ids[2]] })], err: [] });
      expect(await jobs(['retry', '--all'], env)).toEqual({ code: 0, out: ['0 jobs put back into the queue'], err: [] });

      const queue = raw(service.url);
      await queue.pause();
      await queue.close();
      expect((await jobs([], env)).err).toEqual([
        'no failed jobs',
        '1 waiting, 0 delayed, 0 active',
        'the queue of snapshot jobs is paused: no worker takes any',
      ]);
    });
  });
}
