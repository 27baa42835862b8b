import { feedsAnswer } from '@watchpost/console/api/feeds/schema';
import { rulesAnswer } from '@watchpost/console/api/rules/schema';
import { violationsAnswer } from '@watchpost/console/api/violations/schema';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations } from '@watchpost/rules/store/violations';
import { createEnvelope } from '@watchpost/shared/envelope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { approvalSample, feedOf, writtenEventOf, writtenMessageOf } from '../support/feed-samples.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { startOpsConsole, type OpsConsole } from '../support/ops-console-rig.ts';
import type { Service } from '../support/services.ts';
import { finding } from '../support/violation-samples.ts';

const hourMs = 3_600_000;

describe.each(oneOfEachBackend)('figures of the console, its database on $name', (backend) => {
  describeWith(backend.needs, 'that many entries come to', () => {
    let server: Service;
    let storage: ReturnType<typeof backend.storage>;
    let rig: OpsConsole;
    let nowMs = 0;
    /** Kinds of which documents were read by `find`. */
    let read: string[] = [];
    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      rig = await startOpsConsole(storage, { deps: { now: () => nowMs } });
      // The one that was removed was removed more than an hour ago.
      nowMs = Date.now() + 60_000;
      const { documents } = rig.parts;
      const plain = { ...documents };
      documents.find = async (query, signal) => {
        read.push(query.kind);
        return plain.find(query, signal);
      };
    });
    afterAll(async () => {
      await rig.end();
      await emptyGallery(storage);
      await server.stop();
    });
    /** The pages' answer, and how often documents of these kinds were read for it. */
    async function ask(url: string, kinds: readonly string[]): Promise<{ body: string; reads: number }> {
      // The sources of live changes read, too.
      read = [];
      const { body } = await rig.as('viewer', 'GET', url);
      return { body, reads: read.filter((kind) => kinds.includes(kind)).length };
    }

    it('of rules are read anew only when a rule or a violation has changed, and go by the clock', async () => {
      const rules = async () => {
        const { body, reads } = await ask('/api/rules', ['violation']);
        return { reads, answer: rulesAnswer.parse(JSON.parse(body)) };
      };
      const keys = ({ answer }: Awaited<ReturnType<typeof rules>>) => answer.rules.find(({ name }) => name.endsWith('AWS keys'))!;
      const first = await rules();
      expect(first.reads).toBeGreaterThan(0);
      expect(keys(first)).toMatchObject({ messages: 8, removedInHour: 0, state: 'live' });
      const again = await rules();
      expect([again.reads, again.answer]).toEqual([0, first.answer]);

      const violations = createViolations(rig.parts.documents, { keepMs: 90 * 24 * hourMs });
      const { id, name, severity, action, dryRun } = keys(first);
      const message = {
        channel: 'slack:C0123ABCD',
        messageId: '9.9',
        thread: null,
        author: { member: 'U0', bot: null, app: null },
        postedAtMs: nowMs,
        isDirect: false,
      } as const;
      const found = finding({ ruleId: id, ruleName: name, severity, action, dryRun, atMs: nowMs });
      const { stored } = await violations.add(message, { findings: [found], unread: [] }, never);
      expect(keys(await rules())).toMatchObject({ messages: 9, removedInHour: 0, lastAtMs: nowMs });
      await violations.update(
        stored.violation.id,
        (now) => ({ ...now, removal: { ...now.removal, state: 'removed', atMs: nowMs } }),
        never,
      );
      expect(keys(await rules())).toMatchObject({ messages: 9, removedInHour: 1 });
      await createRules(rig.parts.documents, { canQuarantine: true }).edit(id, { name: 'All AWS keys', dryRun: true }, 'watchpost', never);
      expect(keys(await rules())).toMatchObject({ name: 'All AWS keys', state: 'dry run', brakedAtMs: expect.any(Number) });
      nowMs += 2 * hourMs;
      expect(keys(await rules())).toMatchObject({ messages: 9, removedInHour: 0 });
      nowMs += 8 * 24 * hourMs;
      const later = await rules();
      expect([later.reads, keys(later).messages, keys(later).lastAtMs]).toEqual([0, 0, null]);
    });

    it('of violations in one state are looked for anew only when one has changed', async () => {
      const open = async () => {
        const { body, reads } = await ask('/api/violations?state=open', ['violation']);
        return { reads, answer: violationsAnswer.parse(JSON.parse(body)) };
      };
      const first = await open();
      expect([first.reads > 0, first.answer.items.length, first.answer.next]).toEqual([true, 1, null]);
      expect(await open()).toEqual({ ...first, reads: 0 });
      const id = first.answer.items[0]!.id;
      const violations = createViolations(rig.parts.documents, { keepMs: 90 * 24 * hourMs });
      await violations.update(id, (now) => ({ ...now, appeal: { ...now.appeal, state: 'rejected' } }), never);
      expect((await open()).answer).toEqual({ items: [], next: null });
    });

    it('of feeds are counted anew only when an entry has changed', async () => {
      const news = async () => {
        const { body, reads } = await ask('/api/feeds', ['entry']);
        const { entries, shown, waiting, isCut, newestAtMs } = feedsAnswer
          .parse(JSON.parse(body))
          .feeds.find(({ slug }) => slug === 'news')!;
        return { reads, entries, shown, waiting, isCut, newestAtMs };
      };
      const first = await news();
      expect(first).toMatchObject({ entries: 8, shown: 0, waiting: 8, isCut: false, newestAtMs: expect.any(Number) });
      expect(await news()).toEqual({ ...first, reads: 0 });

      const { documents } = rig.parts;
      const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope: createEnvelope(['m'.repeat(40)], 'jobs') });
      const postedAtMs = first.newestAtMs! + 1_000;
      const message = writtenMessageOf('One more.', { channel: 'slack:C1', messageId: '8.8', postedAtMs });
      await entries.apply(feedOf({ approval: approvalSample }), writtenEventOf(message), never);
      expect(await news()).toMatchObject({ entries: 9, waiting: 9, newestAtMs: postedAtMs });
      await rig.as('editor', 'POST', '/api/feeds/news/entries/8.8/decision', { what: 'approved' });
      expect(await news()).toMatchObject({ entries: 9, shown: 1, waiting: 8 });
      await rig.as('editor', 'POST', '/api/feeds/news/entries/8.8/decision', { what: 'hid' });
      await entries.apply(feedOf(), { kind: 'deleted', channel: 'slack:C1', messageId: '8.8', atUs: (postedAtMs + 5) * 1_000 }, never);
      expect(await news()).toMatchObject({ entries: 8, shown: 0, waiting: 8, newestAtMs: first.newestAtMs });
    });
  });
});
