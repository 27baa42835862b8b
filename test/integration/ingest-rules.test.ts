import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { createRules } from '@watchpost/rules/store/rules';
import type { Rule } from '@watchpost/rules/rule';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { Database } from '@watchpost/gallery/stores/database';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { startIngestProcess, type IngestProcess } from '../support/ingest-process.ts';
import { postgres, redis, type Service } from '../support/services.ts';
import { fileShare } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';
import { messageEvent } from '../support/watched-rig.ts';

const log = createLogger('test', 'silent');

describeWith(
  ['redis', 'postgres'],
  'an ingest process with rules',
  () => {
    let queue: Service;
    let store: Service;
    let database: Database;
    let slack: FakeSlack;
    let onlooker: JobSender;
    let processes: IngestProcess[] = [];
    let already = 0;
    let next = 1;

    beforeAll(async () => {
      [queue, store] = [await redis({ own: true }), await postgres({ own: true })];
      database = await openDatabase({ POSTGRES_URL: store.url }, { log }, never);
      slack = await startFakeSlack();
      onlooker = createJobSender({ REDIS_URL: queue.url }, { log });
    }, 120_000);
    beforeEach(async () => {
      already = await waiting();
    });
    afterEach(async () => {
      await Promise.all(processes.map(async (each) => each.kill()));
      processes = [];
      for (const { name } of await rules().list(never)) await rules().remove(name, 'cli:test', never);
    });
    afterAll(async () => {
      await onlooker?.close();
      await database?.close();
      await Promise.all([queue?.stop(), store?.stop(), slack?.close()]);
    });

    const rules = () => createRules(database.documents, { canQuarantine: true });
    const addRule = async (over: Partial<Rule> = {}) =>
      rules().add({ name: 'Keys', look: { pattern: 'key-\\d+' }, ...over }, 'cli:test', never);
    const waiting = async (): Promise<number> =>
      until('the queue tells', async () => {
        const counts = await onlooker.counts().catch(() => undefined);
        return counts?.find(({ kind, state }) => kind === 'message' && state === 'waiting')?.count;
      });
    const added = async (): Promise<number> => (await waiting()) - already;
    const boot = async (env: Record<string, string> = {}): Promise<IngestProcess> => {
      const storage = { REDIS_URL: queue.url, POSTGRES_URL: store.url };
      const started = await startIngestProcess({ ...storage, SLACK_API_URL: slack.apiUrl, ...env });
      processes.push(started);
      await until('ingest is ready', async () => (await started.ready()).status === 200);
      return started;
    };
    const said = (over: Record<string, unknown> = {}) =>
      messageEvent({ ts: `1700000000.${String((next += 1)).padStart(6, '0')}`, text: 'the canary-77', ...over });
    /** Does this while a server is dead; afterwards it lives again, whatever came of it. */
    const without = async (service: Service, work: () => Promise<void>): Promise<void> => {
      await service.kill();
      try {
        await work();
      } finally {
        await service.restart();
      }
    };
    /** Posts messages until one is no longer, or is, queued. */
    const untilQueued = async (ingest: IngestProcess, isQueued: boolean, over: Record<string, unknown> = {}): Promise<void> =>
      void (await until(isQueued ? 'messages are queued' : 'messages are not queued', async () => {
        const before = await waiting();
        expect((await ingest.post(said(over))).status).toBe(200);
        return (await waiting()) > before === isQueued ? true : undefined;
      }));

    it('queues nothing until a rule exists, follows each change, and knows the rules after it was killed', async () => {
      const first = await boot();
      await untilQueued(first, false);
      const none = await waiting();
      expect((await first.post(said())).status).toBe(200);
      expect(await waiting()).toBe(none);

      await addRule();
      await untilQueued(first, true);
      await first.kill();
      const second = await boot();
      const before = await waiting();
      expect((await second.post(said())).status).toBe(200);
      expect(await waiting()).toBe(before + 1);

      await rules().edit('Keys', { scope: { in: 'some', channels: ['slack:C2'] } }, 'cli:test', never);
      await untilQueued(second, false);
      const listed = await waiting();
      expect((await second.post(said({ channel: 'C2' }))).status).toBe(200);
      expect(await waiting()).toBe(listed + 1);
      expect(first.output() + second.output()).not.toContain('canary');
    });

    it('keeps what it has acked when it is killed, and a redelivery is no second job', async () => {
      await addRule();
      const first = await boot();
      const acked: unknown[] = [];
      let killing: Promise<void> | undefined;
      await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          const event = said();
          if (index === 40) killing = until('some are acked', () => acked.length > 5).then(async () => first.kill());
          if ((await first.post(event)).status === 200) acked.push(event);
        }),
      );
      await killing;
      const kept = await added();
      expect(kept).toBeGreaterThanOrEqual(acked.length);
      const second = await boot();
      for (const event of acked) expect((await second.post(event)).status).toBe(200);
      expect(await added()).toBe(kept);
    });

    it('answers 503 in time while the queue is away, for the pictures and for the rules, and takes what Slack sends again', async () => {
      await addRule();
      const ingest = await boot();
      const event = said();
      await without(queue, async () => {
        const refused = await ingest.post(event);
        expect(refused.status).toBe(503);
        // As long as Slack waits.
        expect(refused.elapsedMs).toBeLessThan(3_000);
        expect((await ingest.post(fileShare({ ts: '1700000001.000100' }))).status).toBe(503);
      });
      await until('ingest is ready', async () => (await ingest.ready()).status === 200);
      expect((await ingest.post(event)).status).toBe(200);
      expect((await ingest.post(event)).status).toBe(200);
      expect(await added()).toBe(1);
    });

    it('goes on while the database is away, with the rules that it knows', async () => {
      await addRule({ scope: { in: 'some', channels: ['slack:C1'] } });
      const ingest = await boot();
      await untilQueued(ingest, false, { channel: 'C2' });
      await without(store, async () => {
        const before = await waiting();
        expect(await ingest.post(said())).toMatchObject({ status: 200 });
        expect(await ingest.post(said({ channel: 'C2' }))).toMatchObject({ status: 200 });
        expect(await waiting()).toBe(before + 1);
      });
      await until('the database answers', async () =>
        rules()
          .list(never)
          .then(
            () => true,
            () => undefined,
          ),
      );
    });

    it('takes all of channels, but no direct message, while it cannot read the rules', async () => {
      await without(store, async () => {
        const ingest = await boot();
        expect((await ingest.post(said())).status).toBe(200);
        expect((await ingest.post(said({ channel: 'D1', channel_type: 'im' }))).status).toBe(200);
        expect(await added()).toBe(1);
        await until('it says so', () => ingest.output().includes('the database cannot be opened yet'));
      });
      await until('the database answers', async () =>
        rules()
          .list(never)
          .then(
            () => true,
            () => undefined,
          ),
      );
    });

    it('fetches what was said while it was down, from when messages were last received', async () => {
      await addRule({ scope: { in: 'some', channels: ['slack:C5'] } });
      const agoMs = (minutes: number): number => Date.now() - minutes * 60_000;
      const ts = (minutes: number): string => (agoMs(minutes) / 1_000).toFixed(6);
      const parent = slack.chat.say({ channel: 'C5', text: 'long before', ts: ts(300) });
      slack.chat.say({ channel: 'C5', text: 'missed', ts: ts(20) });
      slack.chat.say({ channel: 'C5', text: 'missed reply', ts: ts(19), threadTs: parent.ts });
      slack.chat.say({ channel: 'C6', text: 'elsewhere', ts: ts(18) });
      const atMs = agoMs(30);
      const { document } = await database.documents.get('intake', 'slack', never);
      const mark = { kind: 'intake', id: 'slack', revision: document?.revision ?? 0, keys: [], expiresAtMs: null };
      await database.documents.put({ ...mark, atMs, body: { receivedUntilMs: atMs } }, never);
      const ingest = await boot();
      await until('both are queued', async () => ((await added()) === 2 ? true : undefined));
      await until('the log says how many', () => /"channel":"C5".*"watched":2/.test(ingest.output()));
      expect(await ingest.metrics()).toContain('ingest_backfilled_total{outcome="watched"} 2');
      await until('it is noted until when messages were received', async () => {
        const noted = await database.documents.get('intake', 'slack', never);
        return (noted.document?.atMs ?? 0) > agoMs(1);
      });
      // Slack delivers one of them late.
      const late = slack.chat.messages.find(({ text }) => text === 'missed');
      await ingest.post(messageEvent({ channel: 'C5', user: 'U0HUMAN', text: 'missed', ts: late?.ts, event_ts: late?.ts, blocks: [] }));
      expect(await added()).toBe(2);
    });
  },
  { own: true },
);
