import { startApp, type App } from '@watchpost/bench/servers/app';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { runCommand } from '@watchpost/cli/run-command';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { allScopes, startGuardedSlack, type GuardedSlack } from '../support/guarded-slack.ts';
import { frameWith, woman } from '../support/pictures.ts';
import { postgres, redis, type Service } from '../support/services.ts';
import { startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;

describeWith(
  ['redis', 'postgres'],
  'a worker whose jobs are held',
  () => {
    let queue: Service;
    let database: Service;
    let gallery: OpenedGallery;
    let sender: JobSender;
    let behind: FakeSlack;
    let slack: GuardedSlack;
    let worker: App;
    let serial = 0;

    beforeAll(async () => {
      [queue, database] = await Promise.all([redis({ own: true }), postgres({ own: true })]);
      gallery = await startGallery({ POSTGRES_URL: database.url });
      sender = createJobSender({ REDIS_URL: queue.url }, { log });
    }, 120_000);
    afterAll(async () => {
      await sender?.close();
      await gallery?.gallery.close();
      await Promise.all([queue?.stop(), database?.stop()]);
    });
    beforeEach(async () => {
      behind = await startFakeSlack();
      slack = await startGuardedSlack(behind);
    });
    afterEach(async () => {
      // What it has just posted is finished, for the next test.
      await worker.stop();
      await slack.close();
      await behind.close();
    });

    const startWorker = async (how: 'ready' | 'live'): Promise<void> => {
      const env = {
        SLACK_API_TOKEN: 'xoxb-good',
        SLACK_API_URL: slack.apiUrl,
        SLACK_FILE_HOSTS: slack.url,
        READ_SLACK_CHANNEL_ID: 'CREAD',
        WRITE_SLACK_CHANNEL_ID: 'CRESULTS',
        REDIS_URL: queue.url,
        POSTGRES_URL: database.url,
        INFERENCE_THREADS: '1',
        WORKER_CONCURRENCY: '1',
      };
      worker = await startApp('worker', env, { until: how });
    };
    /** A snapshot in Slack, and its job in the queue. */
    async function post(): Promise<SnapshotJob> {
      serial += 1;
      const id = `F${serial}`;
      const bytes = await frameWith([woman], { seed: serial });
      behind.files.set(id, { id, bytes, contentType: 'image/jpeg', info: {} });
      const file = {
        id,
        name: 'x.jpg',
        mimeType: 'image/jpeg',
        sizeBytes: bytes.length,
        url: `${slack.url}/download/${id}`,
        thumbnailUrl: null,
      };
      const job = snapshotJob({ snapshotId: `slack-CREAD-${serial}.0-${id}`, camera: `camera ${serial}`, takenAtMs: Date.now(), file });
      await sender.send(job, { timeoutMs: 5_000 });
      return job;
    }
    const posts = () => behind.chat.messages.filter(({ channel }) => channel === 'CRESULTS');
    const posted = async (...jobs: SnapshotJob[]): Promise<void> => {
      await until('all are posted', () => posts().length >= jobs.length, 60_000);
      expect(posts()).toHaveLength(jobs.length);
      for (const { camera } of jobs) expect(posts().filter(({ text }) => text.startsWith(`${camera}: `))).toHaveLength(1);
    };
    const readiness = async (): Promise<{ status: number; body: { reasons?: Record<string, string> } }> => {
      const response = await fetch(`${worker.url}/health/ready`);
      return { status: response.status, body: (await response.json()) as { reasons?: Record<string, string> } };
    };
    const reason = (): Promise<string> => until('it says why', async () => (await readiness()).body.reasons?.slack);
    const countOf = async (kind: string, state: string): Promise<number> =>
      (await sender.counts()).find((entry) => entry.kind === kind && entry.state === state)?.count ?? 0;
    const logged = (message: RegExp): { level: number; code?: string; kind?: string }[] =>
      worker
        .log()
        .split('\n')
        .filter((line) => message.test(line))
        .map((line) => JSON.parse(line) as { level: number });
    const liveness = async (): Promise<number> => (await fetch(`${worker.url}/health/live`)).status;

    it('because the token is wrong says so, loses nothing, and does everything once the token is accepted', async () => {
      slack.permissions.token = 'xoxb-other';
      await startWorker('live');
      expect(await reason()).toMatch(/does not accept the bot token.*SLACK_API_TOKEN/);
      const jobs = [await post(), await post()];
      expect([(await readiness()).status, await liveness()]).toEqual([503, 200]);
      const errors = logged(/"jobs are held: Slack/);
      expect(errors.map(({ level, code }) => [level, code])).toEqual([[50, 'chat-not-authorised']]);
      expect(worker.log()).not.toContain('xoxb-good');
      expect([await countOf('snapshot', 'waiting'), behind.downloads]).toEqual([2, []]);
      slack.permissions.token = 'xoxb-good';
      await posted(...jobs);
      expect((await readiness()).status).toBe(200);
      await until('it says that it is over', () => logged(/"need":"slack".*jobs run again/).length > 0);
    });

    it('because the scope to read files was taken away downloads them once it is back', async () => {
      await startWorker('ready');
      slack.permissions.scopes = allScopes.filter((scope) => scope !== 'files:read');
      const job = await post();
      expect(await reason()).toMatch(/lacks the scope files:read.*reinstall/);
      expect((await gallery.records.get(job.snapshotId, never))?.state).toBe('received');
      slack.permissions.scopes = [...allScopes];
      await posted(job);
    });

    it('because the bot left the results channel recognises meanwhile, and posts when it is back', async () => {
      await startWorker('ready');
      slack.permissions.channel = { name: 'results', is_member: false, is_archived: false };
      const jobs = [await post(), await post(), await post()];
      expect(await reason()).toMatch(/\/invite @watchpost in #results/);
      await until(
        'all are recognised',
        async () => (await countOf('visit', 'waiting')) + (await countOf('visit', 'prioritized')) === 3,
        60_000,
      );
      expect(await countOf('snapshot', 'waiting')).toBe(0);
      slack.permissions.channel.is_member = true;
      await posted(...jobs);
      expect([await countOf('visit', 'failed'), await countOf('snapshot', 'failed')]).toEqual([0, 0]);
    });

    it('because only posting shows the fault tries one post at a time, and goes on when one succeeds', async () => {
      // Slack neither lists the bot's scopes nor lets it ask about channels.
      slack.permissions.scopes = allScopes.filter((scope) => !scope.startsWith('channels:'));
      await startWorker('ready');
      slack.permissions.channel = { name: 'results', is_member: false, is_archived: false };
      const job = await post();
      expect(await reason()).toMatch(/not_in_channel: invite the bot/);
      slack.permissions.channel.is_member = true;
      await posted(job);
      await until('it is ready again', async () => (await readiness()).status === 200);
    });

    it('because its database is away downloads nothing again and again, and goes on when it is back', async () => {
      await startWorker('ready');
      await database.kill();
      const jobs = [await post(), await post()];
      await until('jobs are held', () => logged(/"gallery-unavailable","msg":"jobs are held/).length > 0);
      // As many checks as would have used up every attempt.
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      expect(behind.downloads.length).toBeLessThanOrEqual(1);
      expect([await liveness(), await countOf('snapshot', 'failed'), await countOf('snapshot', 'delayed')]).toEqual([200, 0, 0]);
      await database.restart();
      await posted(...jobs);
    });

    it('because its database can only be read uses up no attempt, and goes on when it can be written', async () => {
      const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
        const client = new Client({ connectionString: database.url });
        await client.connect();
        await client.query('SET default_transaction_read_only = off');
        await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await client.query('SELECT pg_reload_conf()');
        await client.end();
      };
      await startWorker('ready');
      await setReadOnly('on');
      const jobs = [await post(), await post()];
      await until('jobs are held', () => logged(/"gallery-unavailable","msg":"jobs are held/).length > 0);
      await until('both were let through', async () => (await countOf('snapshot', 'delayed')) === 2, 20_000);
      expect([behind.downloads, await countOf('snapshot', 'failed')]).toEqual([[], 0]);
      await setReadOnly('off');
      await until('all are posted', () => posts().length === jobs.length, 60_000);
      await until('it is ready again', async () => (await readiness()).status === 200);
      expect(logged(/"attempt":[2-9]/)).toEqual([]);
    });

    it('stops at once when it is told to, and leaves its jobs in the queue', async () => {
      slack.permissions.token = 'xoxb-other';
      await startWorker('live');
      await reason();
      const job = await post();
      const startedAt = performance.now();
      expect(await worker.stop()).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      expect(await countOf('snapshot', 'waiting')).toBe(1);
      slack.permissions.token = 'xoxb-good';
      await worker.restart();
      await posted(job);
    });

    it('does a failed snapshot after an operator has retried it', async () => {
      await startWorker('ready');
      behind.mischief(`/download/F${serial + 1}`, { kind: 'status', status: 404 });
      const job = await post();
      await until('it failed', async () => (await countOf('snapshot', 'failed')) === 1);
      expect(await gallery.records.get(job.snapshotId, never)).toMatchObject({ state: 'failed', error: { code: 'file-gone' } });
      const out: string[] = [];
      const options = { env: { REDIS_URL: queue.url, POSTGRES_URL: database.url }, print: (line: string) => void out.push(line) };
      expect(await runCommand(['jobs'], options)).toBe(0);
      expect(out.join('\n')).toMatch(new RegExp(`^${job.snapshotId}  snapshot  .*file-gone: HTTP 404$`, 'm'));
      expect(await runCommand(['jobs', 'retry', job.snapshotId], options)).toBe(0);
      await posted(job);
      await until('its record says so', async () => (await gallery.records.get(job.snapshotId, never))?.state === 'recognised');
      expect((await gallery.records.get(job.snapshotId, never))?.error).toBeNull();
      expect(await countOf('snapshot', 'failed')).toBe(0);
    });
  },
  { own: true },
);
