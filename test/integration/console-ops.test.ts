import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FeedsAnswer, EntriesAnswer } from '@watchpost/console/api/feeds/schema';
import type { RulesAnswer, RuleChangesAnswer } from '@watchpost/console/api/rules/schema';
import type { ViolationsAnswer } from '@watchpost/console/api/violations/schema';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createQuarantineAudit } from '@watchpost/rules/store/quarantine-audit';
import { createViolations } from '@watchpost/rules/store/violations';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import { createCollections } from '@watchpost/schedule/store/collections';
import { createRuns } from '@watchpost/schedule/store/runs';
import { createEnvelope } from '@watchpost/shared/envelope';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { approvalSample, feedOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from '../support/feed-samples.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { finding } from '../support/violation-samples.ts';
import type { Service } from '../support/services.ts';

const secret = 'm'.repeat(40);
const quarantineKey = 'q'.repeat(40);
const log = createLogger('test', 'silent');
const key = ['AKIA', 'Z7Q4', 'M2XW', 'B9TR'].join('');
const feedsFile = 'feeds:\n  - { slug: news, channel: C1, headline: News, approval: { emoji: white_check_mark, by: everyone } }\n';
const scheduleFile = (host: string): string => `timeZone: Europe/Zurich
jobs:
  - { name: rates, cron: "0 7 * * *", fetch: { url: "https://${host}/a?token=hidden", as: json }, pick: { fields: { value: { at: "$.v", as: number } } }, store: { into: rates } }
`;

describe.each(oneOfEachBackend)('what operators do in the console, its database on $name', (backend) => {
  describeWith(backend.needs, 'through its API', () => {
    let server: Service;
    let rig: ConsoleRig;
    let folder: string;
    let storage: ReturnType<typeof backend.storage>;
    const sent: Job[] = [];
    const file = (name: string): string => path.join(folder, name);

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-console-ops-'));
      await writeFile(file('feeds.yaml'), feedsFile);
      await writeFile(file('schedule.yaml'), scheduleFile('rates.example'));
      rig = await startConsole(storage, {
        env: { QUARANTINE_KEY: quarantineKey, FEEDS_FILE: file('feeds.yaml'), SCHEDULE_FILE: file('schedule.yaml') },
        deps: {
          feeds: await openFeeds({ file: file('feeds.yaml'), log, signal: never }),
          schedule: await openSchedule({ file: file('schedule.yaml'), log, signal: never, everyMs: 20 }),
          envelope: createEnvelope([secret], 'jobs'),
          sender: {
            send: async (job) => void sent.push(job),
            ping: async () => undefined,
            counts: async () => [],
            close: async () => undefined,
          },
        },
      });
    });
    afterAll(async () => {
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
      await rm(folder, { recursive: true });
    });

    it('adds a rule after a check that says what is wrong, changes it, and puts an older version back', async () => {
      const check = async (settings: object) => (await rig.as('admin', 'POST', '/api/rules/check', { id: null, settings })).json();
      expect(await check({ name: 'Keys', look: { pattern: '(?=a)b' } })).toMatchObject({
        fault: { code: 'pattern-invalid', message: expect.stringContaining('lookahead') },
        described: null,
      });
      expect(await check({ name: 'Keys', look: { pattern: '.*' } })).toMatchObject({ fault: { code: 'pattern-invalid' } });
      expect(await check({ name: '', look: { detector: 'ibans' } })).toMatchObject({
        fault: { message: expect.stringContaining('empty') },
      });
      const scope = { in: 'some', channels: ['general'] };
      expect(await check({ name: 'Keys', look: { pattern: 'AKIA' }, scope })).toMatchObject({
        fault: { code: 'rule-invalid', message: 'general is not the id of a channel, such as C0123ABCD' },
      });
      expect(await check({ name: 'Keys', look: { pattern: 'AKIA' } })).toMatchObject({
        fault: null,
        described: expect.stringContaining('dry run'),
      });
      expect((await rig.as('viewer', 'GET', '/api/rules')).json()).toMatchObject({ rules: [] });

      const added = await rig.as('admin', 'POST', '/api/rules', { name: 'Keys', look: { pattern: 'AKIA[0-9A-Z]{12}' } });
      const { id } = added.json<{ id: string }>();
      expect([added.statusCode, added.json()]).toEqual([200, expect.objectContaining({ name: 'Keys', dryRun: true, action: 'report' })]);
      const twin = await rig.as('admin', 'POST', '/api/rules', { name: 'keys', look: { pattern: 'xyz' } });
      expect([twin.statusCode, twin.json()]).toEqual([409, { error: 'rule-name-taken', message: 'there is a rule called Keys already' }]);
      await rig.as('admin', 'PUT', `/api/rules/${id}`, { action: 'remove', dryRun: false });
      const { changes } = (await rig.as('viewer', 'GET', `/api/rules/changes?rule=${id}`)).json<RuleChangesAnswer>();
      expect(changes).toMatchObject([
        {
          what: 'edited',
          isCurrent: true,
          actor: 'console:admin-program',
          text: 'edited Keys: action report → remove; state dry run → live',
        },
        { what: 'added', isCurrent: false },
      ]);
      const back = await rig.as('admin', 'POST', `/api/rules/changes/${String(changes[1]!.number)}/put-back`);
      expect(back.json()).toMatchObject({ id, action: 'report', dryRun: true });
      await rig.as('admin', 'DELETE', `/api/rules/${id}`);
      const removed = (await rig.as('viewer', 'GET', '/api/rules/changes')).json<RuleChangesAnswer>().changes[0]!;
      expect(removed).toMatchObject({ what: 'removed', name: 'Keys' });
      const restored = await rig.as('admin', 'POST', `/api/rules/changes/${String(removed.number)}/put-back`);
      expect(restored.json()).toMatchObject({ name: 'Keys', look: { pattern: 'AKIA[0-9A-Z]{12}' } });
    });

    it('tries a rule on a text, and tells nothing of what matched but its mask', async () => {
      const tried = await rig.as('editor', 'POST', '/api/rules/try', {
        what: { look: { pattern: 'AKIA[0-9A-Z]{12}' } },
        on: { text: `the key is ${key}, keep it` },
      });
      expect(tried.json()).toMatchObject({
        matches: [{ where: 'text', start: 11, end: 27, message: null }],
        messages: null,
        refused: null,
      });
      expect(tried.body).not.toContain(key);
      const onChannel = async (role: 'editor' | 'admin') =>
        rig.as(role, 'POST', '/api/rules/try', { what: { look: { detector: 'secrets' } }, on: { channel: 'C0123ABCD', last: 5 } });
      expect((await onChannel('editor')).json()).toMatchObject({ error: 'request-forbidden' });
      expect((await onChannel('admin')).json()).toMatchObject({ error: 'channel-not-available' });
    });

    it('lists violations by state and rule, decides about an appeal, and shows an original only to admins, on record', async () => {
      const { documents } = rig.parts;
      const violations = createViolations(documents, { keepMs: 86_400_000 * 90 });
      const quarantine = createQuarantine(documents, { keys: [quarantineKey], keepMs: 86_400_000 });
      const add = async (messageId: string, atMs: number) => {
        const author = { member: 'UADA', bot: null, app: null };
        const message = { channel: 'slack:C1', messageId, thread: null, author, postedAtMs: atMs, isDirect: false } as const;
        return (await violations.add(message, { findings: [finding({ atMs })], unread: [] }, never)).stored.violation.id;
      };
      const nowMs = Date.now();
      const ids = [await add('1.1', nowMs - 3_000), await add('1.2', nowMs - 2_000), await add('1.3', nowMs - 1_000)];
      const kept = ids[1]!;
      await quarantine.keepMessage(kept, { texts: [{ where: 'text', text: `my ${key}` }] }, never);
      await violations.update(
        kept,
        (now) => ({
          ...now,
          removal: { ...now.removal, state: 'removed', atMs: nowMs },
          kept: { state: 'kept', by: null, atMs: nowMs },
          appeal: { ...now.appeal, state: 'asked', by: 'slack:UADA', atMs: nowMs },
        }),
        never,
      );

      const list = async (query: string) => (await rig.as('viewer', 'GET', `/api/violations?${query}`)).json<ViolationsAnswer>();
      const first = await list('limit=2');
      expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
      const second = await list(`limit=2&cursor=${String(first.next)}`);
      expect([second.items.map(({ id }) => id), second.next]).toEqual([[ids[0]], null]);
      expect((await list('state=open')).items.map(({ id }) => id)).toEqual([kept]);
      expect((await list('state=kept&rule=keys&channel=C1')).items).toHaveLength(1);
      expect((await list('rule=other')).items).toEqual([]);

      const read = await rig.as('editor', 'POST', `/api/violations/${kept}/original`);
      expect(read.json()).toMatchObject({ error: 'request-forbidden' });
      const original = await rig.as('admin', 'POST', `/api/violations/${kept}/original`);
      expect([original.json(), original.headers['cache-control']]).toEqual([
        { texts: [{ where: 'text', text: `my ${key}` }], files: [] },
        'no-store',
      ]);
      expect(await createQuarantineAudit(documents).list(10, never)).toMatchObject([
        { actor: 'console:admin-program', what: 'read', violation: kept },
      ]);
      expect((await rig.as('admin', 'POST', `/api/violations/${ids[0]!}/original`)).json()).toMatchObject({ error: 'violation-missing' });

      const details = await rig.as('viewer', 'GET', `/api/violations/${kept}`);
      expect(details.json()).toMatchObject({ can: ['accept', 'reject', 'put-back', 'delete-kept'], canReveal: true });
      const accepted = await rig.as('admin', 'POST', `/api/violations/${kept}/decision`, { action: 'accept' });
      expect(accepted.json()).toMatchObject({ done: true, text: 'Accepted. The message is being put back, and its author is told.' });
      expect(accepted.json()).toMatchObject({ violation: { asked: { what: 'put-back', by: 'console:admin-program' }, can: [] } });
      expect(sent).toContainEqual(expect.objectContaining({ kind: 'violation', violationId: kept }));
      const again = await rig.as('admin', 'POST', `/api/violations/${kept}/decision`, { action: 'reject' });
      expect(again.json()).toMatchObject({ done: false, text: 'admin-program (console) has accepted it already.' });
      const { items } = (await rig.as('viewer', 'GET', '/api/log?source=violations')).json();
      expect(items.map(({ text }: { text: string }) => text)).toContain('Accepted the objection: a message that broke a rule');
      expect((await rig.as('viewer', 'GET', '/api/rules')).json<RulesAnswer>().countedFromMs).toBeLessThan(nowMs);
    });

    it('shows what waits in a feed, approves, hides, overrides and takes back, with who did it', async () => {
      const { documents } = rig.parts;
      const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope: createEnvelope([secret], 'jobs') });
      const held = feedOf({ approval: approvalSample });
      for (const second of [0, 1, 2])
        await entries.apply(
          held,
          writtenEventOf(
            writtenMessageOf(`words ${String(second)}`, { channel: 'slack:C1', postedAtMs: samplePostedAtMs + second * 1_000 }),
          ),
          never,
        );
      const feeds = (await rig.as('viewer', 'GET', '/api/feeds')).json<FeedsAnswer>();
      expect(feeds).toMatchObject({
        feeds: [{ slug: 'news', isOpen: true, entries: 3, shown: 0, waiting: 3 }],
        hasFile: true,
        canDecide: true,
      });
      const list = async (query: string) => (await rig.as('viewer', 'GET', `/api/feeds/news/entries?${query}`)).json<EntriesAnswer>();
      const first = await list('limit=2&show=waiting');
      expect(first.items.map(({ versions }) => versions[0]?.text)).toEqual(['words 2', 'words 1']);
      const second = await list(`limit=2&show=waiting&cursor=${encodeURIComponent(String(first.next))}`);
      expect([second.items.map(({ versions }) => versions[0]?.text), second.next]).toEqual([['words 0'], null]);

      const { messageId } = first.items[0]!;
      const decide = async (body: object, role: 'viewer' | 'editor' = 'editor') =>
        rig.as(role, 'POST', `/api/feeds/news/entries/${messageId}/decision`, body);
      expect((await decide({ what: 'approved' }, 'viewer')).statusCode).toBe(403);
      expect((await decide({ what: 'withdrew' })).json()).toMatchObject({ error: 'change-refused' });
      expect((await decide({ what: 'approved' })).json()).toMatchObject({
        entry: { shown: 'words 2', isWaiting: false, decision: { by: 'console:editor-program', isApproved: true } },
        picturesFollow: false,
      });
      expect((await decide({ what: 'overrode', text: ' other words ' })).json()).toMatchObject({ entry: { override: 'other words' } });
      expect((await decide({ what: 'overrode', text: ' ' })).json()).toMatchObject({ error: 'usage-invalid' });
      expect((await decide({ what: 'hid' })).json()).toMatchObject({ entry: { isHidden: true, state: 'hidden' } });
      expect((await list('show=hidden')).items).toHaveLength(1);
      await decide({ what: 'showed' });
      await decide({ what: 'restored' });
      expect((await decide({ what: 'withdrew' })).json()).toMatchObject({ entry: { shown: null, isWaiting: true } });
      const { decisions } = (await rig.as('viewer', 'GET', '/api/feeds/decisions')).json();
      expect(decisions.map(({ what }: { what: string }) => what)).toEqual([
        'withdrew',
        'restored',
        'showed',
        'hid',
        'overrode',
        'approved',
      ]);
      expect((await rig.as('viewer', 'GET', '/api/feeds/none/entries')).json()).toMatchObject({ error: 'feed-unknown' });
    });

    it('lists jobs on a schedule with their last run and the faults of the file, runs one now, and shows what it collected', async () => {
      const { documents } = rig.parts;
      const run = {
        forMs: 1,
        state: 'failed',
        startedAtMs: 1,
        endedAtMs: 2,
        error: 'rates.example does not answer',
        found: 0,
        fresh: 0,
      } as const;
      await createRuns(documents).save('rates', { ...run, telling: null, waitUntilMs: null }, never);
      const settings = { into: 'rates', keep: { items: 100, ms: null } };
      const nowMs = Date.now();
      for (const [index, value] of [1.5, 2.5].entries())
        await createCollections(documents).store(
          [{ id: String(index), value }],
          { settings, tellers: [], atMs: nowMs - 1_000 + index },
          never,
        );
      const listed = await rig.as('viewer', 'GET', '/api/schedule');
      expect(listed.json()).toMatchObject({
        jobs: [
          {
            name: 'rates',
            timeZone: 'Europe/Zurich',
            reads: 'rates.example',
            collection: 'rates',
            last: { state: 'failed', error: run.error },
          },
        ],
        faults: [],
      });
      expect(listed.body).not.toContain('hidden');
      const items = await rig.as('viewer', 'GET', '/api/schedule/rates/items');
      expect(items.json()).toMatchObject({ value: 'value', series: [{ name: 'value', points: [{ value: 1.5 }, { value: 2.5 }] }] });

      expect((await rig.as('editor', 'POST', '/api/schedule/rates/run')).statusCode).toBe(200);
      expect(sent).toContainEqual({ v: 1, kind: 'scheduled', name: 'rates', askedAtMs: expect.any(Number) });
      expect((await rig.as('viewer', 'GET', '/api/queue/changes')).json()).toMatchObject({
        changes: [{ actor: 'console:editor-program', what: 'started', ids: ['rates'] }],
      });
      expect((await rig.as('editor', 'POST', '/api/schedule/none/run')).json()).toMatchObject({ error: 'usage-invalid' });

      await writeFile(file('schedule.yaml'), 'jobs:\n  - { name: rates, crone: "x" }\n');
      await expect
        .poll(async () => (await rig.as('viewer', 'GET', '/api/schedule')).json())
        .toMatchObject({
          jobs: [{ name: 'rates' }],
          faults: expect.arrayContaining([expect.stringContaining('schedule.yaml:2:20: crone is no setting')]),
        });
    });
  });
});
