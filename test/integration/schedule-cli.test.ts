import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createRuns } from '@watchpost/schedule/store/runs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { withDocuments } from '../support/rules-cli.ts';
import { runCommand } from '../support/run-command.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const file = 'timeZone: UTC\njobs:\n  - { name: up, cron: "0 7 * * *", numbers: own, post: { to: "slack:C1", text: up } }\n';

describeWith(['postgres'], 'watchpost schedule', () => {
  let service: Service;
  let folder: string;
  let env: { POSTGRES_URL: string; SCHEDULE_FILE: string };

  beforeAll(async () => {
    service = await postgres();
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-schedule-'));
    env = { POSTGRES_URL: service.url, SCHEDULE_FILE: path.join(folder, 'schedule.yaml') };
    await writeFile(env.SCHEDULE_FILE, file);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await service?.stop();
  });

  it('check says what the jobs are, or where the faults are', async () => {
    const good = await runCommand('schedule', ['check', env.SCHEDULE_FILE], {});
    expect(good).toMatchObject({ code: 0, err: [] });
    expect(good.out).toEqual([expect.stringMatching(/^up: our own numbers, next \d{4}-\d\d-\d\d 07:00 \(UTC\)$/), '1 job, no fault']);
    const bad = path.join(folder, 'bad.yaml');
    await writeFile(bad, file.replace('0 7', '0 27'));
    expect(await runCommand('schedule', ['check', bad], {})).toEqual({
      code: 1,
      out: [],
      err: [`config-invalid: ${bad}:3:23: cron is no cron pattern: Invalid value for hour: 27`],
    });
  });

  it('list says when jobs run, and what became of their last run', async () => {
    const before = await runCommand('schedule', ['list'], env);
    expect(before).toMatchObject({ code: 0, err: [], out: [expect.stringMatching(/^up {2}next .* 07:00 \(UTC\) {2}has not run yet$/)] });
    const forMs = Date.parse('2026-11-22T07:00:00Z');
    const run = {
      forMs,
      state: 'failed',
      startedAtMs: forMs,
      endedAtMs: forMs,
      error: 'it rained',
      found: 0,
      fresh: 0,
      telling: null,
      waitUntilMs: null,
    } as const;
    await withDocuments(env, async (documents) => createRuns(documents).save('up', run, never));
    expect((await runCommand('schedule', ['list'], env)).out[0]).toContain('failed 2026-11-22 07:00: it rained');
    const [json = ''] = (await runCommand('schedule', ['list', '--json'], env)).out;
    expect(JSON.parse(json)).toMatchObject({ name: 'up', pattern: '0 7 * * *', last: { state: 'failed', error: 'it rained' } });
  });

  it('run has a worker run a job, each time that it is called', async () => {
    expect(await runCommand('schedule', ['run', 'down'], env)).toMatchObject({
      code: 2,
      err: ['usage-invalid: there is no job down; there are: up', expect.anything()],
    });
    for (const _ of [1, 2]) expect(await runCommand('schedule', ['run', 'up'], env)).toMatchObject({ code: 0, err: [] });
    const asked: unknown[] = [];
    const idle = async (): Promise<void> => undefined;
    const scheduled = async (job: { name: string; askedAtMs?: number }): Promise<void> => void asked.push(job);
    const receiver = createJobReceiver(
      env,
      { ...perKind(() => idle), scheduled },
      { concurrency: () => 1, log: createLogger('test', 'silent') },
    );
    await until('both are run', () => asked.length === 2);
    await receiver.close(AbortSignal.abort());
    expect(asked[0]).toEqual({ v: 1, kind: 'scheduled', name: 'up', askedAtMs: expect.any(Number) });
  });

  it('says what is missing', async () => {
    expect((await runCommand('schedule', ['list'], { POSTGRES_URL: env.POSTGRES_URL })).err[0]).toContain('SCHEDULE_FILE is not set');
  });
});
