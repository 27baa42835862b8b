import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { startIngestProcess, type IngestProcess } from '../support/ingest-process.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { postgres, type Service } from '../support/services.ts';
import { fileShare, slackFile } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';

for (const { name, needs, start, storage } of queueBackends) {
  describeWith(
    needs,
    `ingest with its queue on ${name}`,
    () => {
      let service: Service;
      let slack: FakeSlack;
      let ingest: IngestProcess | undefined;
      let onlooker: JobSender;
      let already = 0;
      let next = 1;

      // One server for all: making the embedded one takes long. So counts are compared with those before.
      beforeAll(async () => {
        service = await start({ own: true });
        slack = await startFakeSlack();
        onlooker = createJobSender(storage(service.url), { log: createLogger('onlooker', 'silent') });
      }, 120_000);

      beforeEach(async () => {
        already = await queued();
      });

      // A start takes more computing than all that follows: one that has come through goes on with the next test.
      afterEach(async ({ task }) => {
        if (task.result?.state === 'fail') await end();
      });

      afterAll(async () => {
        await end();
        await onlooker?.close();
        await service?.stop();
        await slack?.close();
      });

      const end = async (): Promise<void> => {
        await ingest?.kill();
        ingest = undefined;
      };
      const boot = async (): Promise<IngestProcess> => {
        await end();
        return (ingest = await startIngestProcess({ ...storage(service.url), SLACK_API_URL: slack.apiUrl }));
      };
      /** One that is ready: that of the test before, if it still runs. */
      const running = async (): Promise<IngestProcess> => {
        const process = ingest ?? (await boot());
        await isReady(process);
        return process;
      };

      const post = (files = 1) =>
        fileShare({
          ts: `1700000000.${String(next++).padStart(6, '0')}`,
          files: Array.from({ length: files }, (_, index) => slackFile({ id: `F${String(index)}` })),
        });

      const queued = async (): Promise<number> =>
        until('the queue tells', async () => {
          const counts = await onlooker.counts().catch(() => undefined);
          return counts?.find(({ kind, state }) => kind === 'snapshot' && state === 'waiting')?.count;
        });

      const added = async (): Promise<number> => (await queued()) - already;

      const isReady = async (process: IngestProcess): Promise<void> =>
        until('ingest is ready', async () => (await process.ready()).status === 200).then(() => undefined);

      it('queues each picture once, however often and wherever it is delivered', async () => {
        const first = await running();
        const three = post(3);
        const answers = await Promise.all([1, 2, 3, 4].map(async () => first.post(three)));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
        const second = await startIngestProcess({ ...storage(service.url), SLACK_API_URL: slack.apiUrl });
        expect((await second.post(three)).status).toBe(200);
        expect(await added()).toBe(3);
        expect(await second.stop()).toBe(0);
        expect(first.output()).not.toMatch(/xoxb-integration-token|files\.slack\.com|integration-secret/);
      });

      it('keeps what it has acked when it is killed', async () => {
        const first = await running();
        const acked: unknown[] = [];
        let killing: Promise<void> | undefined;
        await Promise.all(
          Array.from({ length: 60 }, async (_, index) => {
            const event = post();
            if (index === 40) killing = until('some are acked', () => acked.length > 5).then(async () => first.kill());
            if ((await first.post(event)).status === 200) acked.push(event);
          }),
        );
        await killing;
        expect(acked.length).toBeGreaterThan(5);
        const kept = await added();
        expect(kept).toBeGreaterThanOrEqual(acked.length);
        // Delivered again, as Slack does with what was not acked: nothing new comes of what is there.
        ingest = undefined;
        const second = await running();
        for (const event of acked) expect((await second.post(event)).status).toBe(200);
        expect(await added()).toBe(kept);
      });

      it('starts while the queue is away, answers 503 in time, and serves as soon as it is there', async () => {
        await service.kill();
        const first = await boot();
        expect(await first.ready()).toEqual({ status: 503, waitingFor: expect.arrayContaining(['queue']) });
        const event = post();
        const refused = await first.post(event);
        expect(refused.status).toBe(503);
        expect(refused.elapsedMs).toBeLessThan(2_500);
        await service.restart();
        await isReady(first);
        expect((await first.post(event)).status).toBe(200);
        expect(await added()).toBe(1);
      });

      it('lives through the death of the queue', async () => {
        const first = await running();
        const [before, during] = [post(), post()];
        expect((await first.post(before)).status).toBe(200);
        await service.kill();
        const refused = await first.post(during);
        expect(refused.status).toBe(503);
        expect(refused.elapsedMs).toBeLessThan(2_500);
        expect((await first.ready()).waitingFor).toEqual(['queue']);
        expect(await first.metrics()).toContain('watchpost_queue_up 0');
        await service.restart();
        await isReady(first);
        expect((await first.post(during)).status).toBe(200);
        expect((await first.post(before)).status).toBe(200);
        expect(await added()).toBe(2);
      });

      it('answers 503 while the queue is frozen, and has each job once when it thaws', async () => {
        const first = await running();
        service.pause();
        const events = [post(), post(), post()];
        const answers = await Promise.all(events.map(async (event) => first.post(event)));
        expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
        expect(Math.max(...answers.map(({ elapsedMs }) => elapsedMs))).toBeLessThan(2_600);
        service.resume();
        await isReady(first);
        for (const event of events) expect((await first.post(event)).status).toBe(200);
        expect(await added()).toBe(3);
      });

      it('stops with exit code 0 while the queue is away', async () => {
        const first = await running();
        await service.kill();
        expect(await first.stop()).toBe(0);
        ingest = undefined;
        await service.restart();
      });

      it('starts while the queue is frozen', async () => {
        service.pause();
        const first = await boot();
        expect((await first.post(post())).status).toBe(503);
        service.resume();
        await isReady(first);
        expect((await first.post(post())).status).toBe(200);
        expect(await first.stop()).toBe(0);
        ingest = undefined;
      });
    },
    { own: true },
  );
}

describe('the ingest process', () => {
  it('reports every fault of its environment and exits with code 1', () => {
    const main = fileURLToPath(import.meta.resolve('@watchpost/ingest/main'));
    const { status, stderr } = spawnSync(process.execPath, [main], {
      env: { SLACK_API_TOKEN: 'xoxb-secret', PORT: 'x' },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    for (const variable of ['READ_SLACK_CHANNEL_ID', 'WRITE_SLACK_CHANNEL_ID', 'SLACK_SIGNING_SECRET', 'REDIS_URL', 'PORT']) {
      expect(stderr).toContain(variable);
    }
    expect(stderr).not.toContain('xoxb-secret');
  });

  it('is not ready, but takes events, while Slack does not say who it is', async () => {
    const [slack, service] = [await startFakeSlack(), await postgres()];
    slack.mischief('auth.test', { kind: 'error', error: 'invalid_auth' });
    const ingest = await startIngestProcess({ POSTGRES_URL: service.url, SLACK_API_URL: slack.apiUrl });
    try {
      await until('the queue is there', async () => !(await ingest.ready()).waitingFor.includes('queue'));
      expect((await ingest.post(fileShare())).status).toBe(200);
      expect(ingest.output()).toContain('auth.test: invalid_auth');
      await until('it is ready', async () => (await ingest.ready()).status === 200);
      expect(await ingest.stop()).toBe(0);
    } finally {
      await ingest.kill();
      await service.stop();
      await slack.close();
    }
  });
});
