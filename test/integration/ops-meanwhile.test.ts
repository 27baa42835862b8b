import type { LogPage } from '@watchpost/console/api/log/schema';
import type { ViolationsAnswer } from '@watchpost/console/api/violations/schema';
import { AppError } from '@watchpost/shared/errors';
import { createQueueAudit } from '@watchpost/shared/jobs/queue-audit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startOpsConsole, type OpsConsole } from '../support/ops-console-rig.ts';
import { postgres, type Service } from '../support/services.ts';

const never = new AbortController().signal;

describeWith(['postgres'], 'what somebody else has done meanwhile', () => {
  let server: Service;
  let rig: OpsConsole;
  let isAway = false;
  beforeAll(async () => {
    server = await postgres();
    const sender = {
      send: async () => {
        if (isAway) throw new AppError('queue-unavailable', 'the queue did not accept the job in time');
      },
      ping: async () => undefined,
      counts: async () => [],
      close: async () => undefined,
    };
    rig = await startOpsConsole({ POSTGRES_URL: server.url }, { deps: { sender } });
  }, 60_000);
  afterAll(async () => {
    await rig?.end();
    await server?.stop();
  });

  it('to a rule is not undone by who had read it before', async () => {
    const added = await rig.as('admin', 'POST', '/api/rules', { name: 'Words', look: { pattern: 'the plan' }, dryRun: false });
    const { id, changedAtMs } = added.json<{ id: string; changedAtMs: number }>();
    const change = async (body: object) => rig.as('admin', 'PUT', `/api/rules/${id}`, body);
    await change({ dryRun: true });
    const late = await change({ dryRun: false, description: 'Ask first.', changedAtMs });
    expect([late.statusCode, late.json()]).toEqual([
      409,
      {
        error: 'change-refused',
        message: 'console:admin-program changed the rule Words meanwhile: look at it as it is now, then change it again',
      },
    ]);
    const told = await change({ description: 'Ask first.' });
    expect(told.json()).toMatchObject({ dryRun: true, description: 'Ask first.' });
    const again = await change({ dryRun: false, changedAtMs: told.json<{ changedAtMs: number }>().changedAtMs });
    expect([again.statusCode, again.json()]).toEqual([200, expect.objectContaining({ dryRun: false, description: 'Ask first.' })]);
  });

  it('to a removed message: what decided nothing is not in the log as decided', async () => {
    const first = async (query: string) => (await rig.as('admin', 'GET', `/api/violations${query}`)).json<ViolationsAnswer>().items[0];
    const [unanswered, appealed] = [await first(''), await first('?state=appealed')];
    const decide = async (id: string | undefined, action: string) =>
      (await rig.as('admin', 'POST', `/api/violations/${id ?? ''}/decision`, { action })).json<{ done: boolean; text: string }>();
    const logged = async (): Promise<string[]> => {
      const answer = await rig.as('admin', 'GET', '/api/log?source=violations');
      return answer.json<LogPage>().items.map(({ text }) => text);
    };
    for (const action of ['accept', 'reject', 'delete-kept'])
      expect(await decide(unanswered?.id, action)).toMatchObject({ done: false, text: expect.any(String) });
    expect(await logged()).toEqual([]);
    const both = await Promise.all([decide(appealed?.id, 'put-back'), decide(appealed?.id, 'delete-kept')]);
    expect(both.filter(({ done }) => done)).toHaveLength(1);
    const deleted = 'Asked to delete the original: a message that broke a rule';
    const putBack = 'Asked to put back the original: a message that broke a rule';
    const stands = both[0]?.done ? putBack : deleted;
    expect(await logged()).toEqual([stands]);
    expect(await decide(appealed?.id, both[0]?.done ? 'put-back' : 'delete-kept')).toMatchObject({ done: true });
    expect(await logged()).toEqual([stands]);
  });

  it('to the queue: who did what with which jobs, and what nobody knows', async () => {
    const audit = createQueueAudit(rig.parts.documents);
    const cut = await audit.record({ actor: 'console:ada', what: 'retried', code: 'image-corrupt', jobs: 0, isOpen: true }, never);
    const texts = async (): Promise<string[]> =>
      (await rig.as('admin', 'GET', '/api/log?source=queue')).json<LogPage>().items.map(({ text }) => text);
    expect(await texts()).toEqual(['Began to retry jobs that had failed with image-corrupt']);
    await audit.close(cut, { jobs: 2, isCutOff: true }, never);
    expect(await texts()).toEqual([
      'Retried 2 jobs that had failed with image-corrupt; then the queue did not answer, and one more may have been changed',
    ]);
    isAway = true;
    const started = await rig.as('admin', 'POST', '/api/schedule/rates/run');
    isAway = false;
    expect([started.statusCode, started.json<{ message: string }>().message]).toEqual([
      503,
      expect.stringContaining('may run all the same'),
    ]);
    await rig.as('admin', 'POST', '/api/queue/drop', { ids: ['slack-C1-1'] });
    expect((await texts()).slice(0, 2).toSorted()).toEqual(['Dropped 1 job: slack-C1-1', 'Started the job rates']);
  });
});
