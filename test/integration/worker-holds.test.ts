import { runCommand } from '@watchpost/cli/run-command';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { allScopes } from '../support/guarded-slack.ts';
import { heldWorkerRig } from '../support/held-worker-rig.ts';
import { nextFileId } from '../support/posted-in.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

/** test/prove/worker-holds-database.test.ts has the faults of the database. */
describeWith(
  ['redis', 'postgres'],
  'a worker whose jobs are held',
  () => {
    const rig = heldWorkerRig();

    it('because the token is wrong says so, loses nothing, and does everything once the token is accepted', async () => {
      rig.slack().permissions.token = 'xoxb-other';
      await rig.startWorker('live');
      expect(await rig.reason()).toMatch(/does not accept the bot token.*SLACK_API_TOKEN/);
      const jobs = [await rig.post(), await rig.post()];
      expect([(await rig.readiness()).status, await rig.liveness()]).toEqual([503, 200]);
      const errors = rig.logged(/"jobs are held: Slack/);
      expect(errors.map(({ level, code }) => [level, code])).toEqual([[50, 'chat-not-authorised']]);
      expect(rig.worker().log()).not.toContain('xoxb-good');
      expect([await rig.countOf('snapshot', 'waiting'), rig.behind().downloads]).toEqual([2, []]);
      rig.slack().permissions.token = 'xoxb-good';
      await rig.posted(...jobs);
      expect((await rig.readiness()).status).toBe(200);
      await until('it says that it is over', () => rig.logged(/"need":"slack".*jobs run again/).length > 0);
    });

    it('because the scope to read files was taken away downloads them once it is back', async () => {
      await rig.startWorker('ready');
      rig.slack().permissions.scopes = allScopes.filter((scope) => scope !== 'files:read');
      const job = await rig.post();
      expect(await rig.reason()).toMatch(/lacks the scope files:read.*reinstall/);
      expect((await rig.gallery().records.get(job.snapshotId, never))?.state).toBe('received');
      rig.slack().permissions.scopes = [...allScopes];
      await rig.posted(job);
    });

    it('because the bot left the results channel recognises meanwhile, and posts when it is back', async () => {
      await rig.startWorker('ready');
      const channel = { name: 'results', is_member: false, is_archived: false };
      rig.slack().permissions.channel = channel;
      const jobs = [await rig.post(), await rig.post(), await rig.post()];
      expect(await rig.reason()).toMatch(/\/invite @watchpost in #results/);
      await until(
        'all are recognised',
        async () => (await rig.countOf('visit', 'waiting')) + (await rig.countOf('visit', 'prioritized')) === 3,
        60_000,
      );
      expect(await rig.countOf('snapshot', 'waiting')).toBe(0);
      channel.is_member = true;
      await rig.posted(...jobs);
      expect([await rig.countOf('visit', 'failed'), await rig.countOf('snapshot', 'failed')]).toEqual([0, 0]);
    });

    it('because only posting shows the fault tries one post at a time, and goes on when one succeeds', async () => {
      // Slack neither lists the bot's scopes nor lets it ask about channels.
      rig.slack().permissions.scopes = allScopes.filter((scope) => !scope.startsWith('channels:'));
      await rig.startWorker('ready');
      const channel = { name: 'results', is_member: false, is_archived: false };
      rig.slack().permissions.channel = channel;
      const job = await rig.post();
      expect(await rig.reason()).toMatch(/not_in_channel: invite the bot/);
      channel.is_member = true;
      await rig.posted(job);
      await until('it is ready again', async () => (await rig.readiness()).status === 200);
    });

    it('stops at once when it is told to, and leaves its jobs in the queue', async () => {
      rig.slack().permissions.token = 'xoxb-other';
      await rig.startWorker('live');
      await rig.reason();
      const job = await rig.post();
      const startedAt = performance.now();
      expect(await rig.worker().stop()).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      expect(await rig.countOf('snapshot', 'waiting')).toBe(1);
      rig.slack().permissions.token = 'xoxb-good';
      await rig.worker().restart();
      await rig.posted(job);
    });

    it('does a failed snapshot after an operator has retried it', async () => {
      await rig.startWorker('ready');
      rig.behind().mischief(`/download/${nextFileId()}`, { kind: 'status', status: 404 });
      const job = await rig.post();
      await until('it failed', async () => (await rig.countOf('snapshot', 'failed')) === 1);
      expect(await rig.gallery().records.get(job.snapshotId, never)).toMatchObject({ state: 'failed', error: { code: 'file-gone' } });
      const out: string[] = [];
      const options = {
        env: { REDIS_URL: rig.queue().url, POSTGRES_URL: rig.database().url },
        print: (line: string) => void out.push(line),
      };
      expect(await runCommand(['jobs'], options)).toBe(0);
      expect(out.join('\n')).toMatch(new RegExp(`^${job.snapshotId}  snapshot  .*file-gone: HTTP 404$`, 'm'));
      expect(await runCommand(['jobs', 'retry', job.snapshotId], options)).toBe(0);
      await rig.posted(job);
      await until('its record says so', async () => (await rig.gallery().records.get(job.snapshotId, never))?.state === 'recognised');
      expect((await rig.gallery().records.get(job.snapshotId, never))?.error).toBeNull();
      expect(await rig.countOf('snapshot', 'failed')).toBe(0);
    });
  },
  { own: true },
);
