import type { Topic, TopicChange } from '@watchpost/console/live/topics';
import { createQueueAudit } from '@watchpost/shared/jobs/queue-audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

describe.each(oneOfEachBackend)('what pages are told of, on $name', (backend) => {
  describeWith(backend.needs, 'whoever changed it', () => {
    let server: Service;
    let rig: ConsoleRig;
    let storage: ReturnType<typeof backend.storage>;
    let told: TopicChange[] = [];
    let leave: () => void;

    const put = async (kind: string, id: string, atMs: number, revision = 0, body: unknown = {}) =>
      rig.parts.documents.put({ kind, id, revision, atMs, keys: [], expiresAtMs: null, body }, never);
    /** Resolves to the topic, once it is told. */
    const heard = async (topic: Topic, change: () => Promise<unknown>): Promise<Topic | undefined> => {
      told = [];
      await change();
      return until(`the topic ${topic} is told`, () => told.find((each) => each.topic === topic)?.topic, 10_000);
    };

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      rig = await startConsole(storage);
      leave = rig.live.subscribe((change) => told.push(change));
      // Far more than are looked at one by one.
      for (let n = 0; n < 40; n += 1) await put('violation', `v${String(n)}`, 1_000 + n);
      for (let n = 0; n < 30; n += 1) await put('alert', `a${String(n)}`, 1_000 + n);
      await until(
        'all sources have looked',
        () => told.some(({ topic }) => topic === 'violations') && told.some(({ topic }) => topic === 'alerts'),
      );
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    });
    afterAll(async () => {
      leave();
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
    });

    it('the oldest of many violations and alerts, changed by another process, or gone', async () => {
      expect(await heard('violations', async () => put('violation', 'v0', 1_000, 1, { changed: true }))).toBe('violations');
      expect(await heard('alerts', async () => put('alert', 'a0', 1_000, 1, { cleared: true }))).toBe('alerts');
      expect(await heard('violations', async () => rig.parts.documents.remove('violation', 'v1', 1, never))).toBe('violations');
      expect(await heard('system', async () => put('receipt', 'r', 1))).toBe('system');
    });

    it('what commands and workers put on record: also in the log', async () => {
      const nowMs = Date.now();
      for (const kind of ['rule-change', 'feed-decision', 'camera-settings-change', 'quarantine-access', 'console-log'])
        expect(await heard('log', async () => put(kind, `${kind}-1`, nowMs))).toBe('log');
      expect(await heard('feeds', async () => put('feed-log', '17', nowMs))).toBe('feeds');
      const audit = createQueueAudit(rig.parts.documents);
      let entry = '';
      const record = async () => {
        entry = await audit.record({ actor: 'cli:ada', what: 'dropped', jobs: 0, isOpen: true }, never);
      };
      expect(await heard('queue', record)).toBe('queue');
      expect(await heard('log', async () => audit.close(entry, { jobs: 3, isCutOff: false }, never))).toBe('log');
      expect((await audit.list(1, never))[0]).toMatchObject({ jobs: 3, isOpen: false });
    });

    it('what a route has changed, at once, without a look', async () => {
      expect(await heard('system', async () => rig.as('admin', 'POST', '/api/system/doctor'))).toBe('system');
      expect(await heard('log', async () => rig.as('admin', 'POST', '/api/system/doctor'))).toBe('log');
    });
  });
});
