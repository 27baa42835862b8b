import { createAlerts } from '@watchpost/shared/alerts/alerts';
import { openAlerts } from '@watchpost/shared/alerts/open-alerts';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { tellAdmins } from '@watchpost/worker/alerts/tell-admins';
import { createPostNotice, readNotice } from '@watchpost/worker/notice/notice';
import { createRates } from '@watchpost/worker/rates';
import { expect, it, onTestFinished } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

onEachStore('alerts', ({ database }) => {
  it('raised by several workers at once are told once, together, and are over once one of them says so', async () => {
    const { documents } = database();
    const stopping = new AbortController();
    const workers = Array.from({ length: 3 }, () => createAlerts({ documents: () => documents, log, everyMs: 5 }, stopping.signal));
    onTestFinished(async () => {
      stopping.abort();
      await Promise.all(workers.map(async ({ done }) => done));
    });
    for (const worker of workers) {
      worker.raise({ topic: 'mail', text: 'the password is wrong', code: 'mail-unavailable' });
      worker.raise({ topic: 'jobs-held-slack', text: 'the token is wrong', code: 'chat-not-authorised' });
    }
    const open = async () => (await openAlerts(documents, never)).alerts;
    const countOf = async () => (await open()).reduce((sum, { count }) => sum + count, 0);
    await until('all is written', async () => (await countOf()) === 6);

    const sent: Job[] = [];
    const sender = { send: async (job: Job) => void sent.push(job) };
    const tell = async () =>
      tellAdmins(
        {
          documents,
          rates: createRates(documents),
          postNotice: createPostNotice({ documents, sender, now: Date.now, sendTimeoutMs: 1_000 }),
          queueMail: null,
          mailTo: [],
          adminChats: async () => ['slack:CADMIN'],
          log,
        },
        never,
      );
    await tell();
    await tell();
    expect(sent).toHaveLength(1);
    const [job] = sent;
    const notice = job?.kind === 'notice' ? await readNotice(documents, job.noticeId, never) : null;
    const shown = JSON.stringify(notice?.post);
    expect([shown.split('the password is wrong').length, shown.split('the token is wrong').length]).toEqual([2, 2]);

    workers[1]?.clear('mail');
    await until('it is written', async () => (await open()).some(({ clearedAtMs }) => clearedAtMs !== null));
    await tell();
    await tell();
    expect(sent).toHaveLength(2);
    expect((await open()).map(({ topic }) => topic)).toEqual(['jobs-held-slack']);
  });
});
