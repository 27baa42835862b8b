import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { MessageRef } from '@watchpost/shared/chat/message';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations, violationIdOf } from '@watchpost/rules/store/violations';
import type { Rule } from '@watchpost/rules/rule';
import type { Finding, Violation } from '@watchpost/rules/violation';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { key, rulesCommand, withDocuments } from '../support/rules-cli.ts';
import { runCommand } from '../support/run-command.ts';
import type { Service } from '../support/services.ts';

const never = new AbortController().signal;
const keys = ['q'.repeat(32)];
const keepMs = 90 * 86_400_000;
const dayMs = 86_400_000;

const messageOf = (messageId: string, over: Partial<MessageRef> = {}): MessageRef => ({
  channel: 'slack:C01',
  messageId,
  thread: null,
  author: { member: 'U0ADA', bot: null, app: null },
  postedAtMs: 1_700_000_000_000,
  isDirect: false,
  ...over,
});
const findingOf = ({ id, name, severity, action, dryRun }: Rule, over: Partial<Finding> = {}): Finding => ({
  ruleId: id,
  ruleName: name,
  description: '',
  severity,
  action,
  dryRun,
  notice: null,
  where: 'text',
  start: 4,
  end: 20,
  masked: 'AKIA…(12)',
  fileId: null,
  atMs: Date.now(),
  ...over,
});

/** Three violations of two rules: one removed and kept, one in dry run, and a file that could not be read. */
async function seed(documents: DocumentStore): Promise<{ removed: string; dry: string; unread: string }> {
  const rules = createRules(documents, { canQuarantine: true });
  const live = await rules.add({ name: 'Keys', look: { pattern: 'AKIA' }, action: 'quarantine', dryRun: false }, 'cli:test', never);
  const cards = await rules.add({ name: '=Cards', look: { detector: 'card-numbers' } }, 'cli:test', never);
  const violations = createViolations(documents, { keepMs });
  const quarantine = createQuarantine(documents, { keys, keepMs });
  const add = async (message: MessageRef, findings: Finding[], unread: Violation['unread'] = []): Promise<string> => {
    const { stored } = await violations.add(message, { findings, unread }, never);
    return stored.violation.id;
  };
  const removed = await add(messageOf('1.1'), [
    findingOf(live),
    findingOf(live, { where: 'file 1 / page 2', fileId: 'F1', start: 9, end: 25 }),
  ]);
  await quarantine.keepMessage(removed, { texts: [{ where: 'text', text: `the ${key}` }] }, never);
  await quarantine.keepFile(removed, { fileId: 'F1', name: `../${key}.PDF`, bytes: Buffer.from(`pdf ${key}`) }, never);
  await violations.update(
    removed,
    (violation) => ({
      ...violation,
      removal: { ...violation.removal, state: 'removed', atMs: 5 },
      kept: { state: 'kept', by: null, atMs: 5 },
    }),
    never,
  );
  const author = { member: null, bot: 'B0CAM', app: null };
  const dry = await add(messageOf('2.2', { channel: 'slack:C02', author }), [
    findingOf(cards, { masked: '=4111,"…(12)', atMs: Date.now() + 10 }),
  ]);
  const unread = await add(messageOf('3.3'), [], [{ fileId: 'F9', where: 'file 1', reason: 'encrypted' }]);
  return { removed, dry, unread };
}

for (const backend of oneOfEachBackend) {
  describeWith(backend.needs, `what rules found, on ${backend.name}`, () => {
    let server: Service;
    let storage: ReturnType<typeof backend.storage>;
    let folder: string;
    let ids: Awaited<ReturnType<typeof seed>>;
    const run = async (args: string[], env: Record<string, string> = {}) => {
      const ran = await rulesCommand(args, { ...storage, ...env });
      expect([...ran.out, ...ran.err].join('\n'), 'nothing prints the secret').not.toContain(key);
      return ran;
    };
    const listed = async (...args: string[]): Promise<string[]> =>
      (await run(['violations', ...args, '--json'])).out.map((line) => (JSON.parse(line) as { id: string }).id);
    const kept = async (args: string[]) => run(['kept', ...args], { QUARANTINE_KEY: keys[0]! });

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => server.stop());
    beforeEach(async () => {
      storage = backend.storage(server.url);
      await emptyGallery(storage);
      ids = await withDocuments(storage, seed);
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-kept-'));
      return async () => rm(folder, { recursive: true });
    });

    it('is listed by rule, channel, author and time', async () => {
      expect((await listed()).sort()).toEqual(Object.values(ids).sort());
      expect(await listed('--rule', 'keys')).toEqual([ids.removed]);
      expect(await listed('--channel', 'C02')).toEqual([ids.dry]);
      expect(await listed('--author', 'B0CAM')).toEqual([ids.dry]);
      expect((await listed('--author', 'U0ADA')).sort()).toEqual([ids.removed, ids.unread].sort());
      expect(await listed('--rule', 'Keys', '--channel', 'C02')).toEqual([]);
      expect(await listed('--since', '1h')).toHaveLength(3);
      expect(await listed('--until', new Date(Date.now() - dayMs).toISOString().slice(0, 10))).toEqual([]);
      expect(await listed('--since', '2026-11-01', '--until', '2099-01-01')).toHaveLength(3);
      expect(await listed('--limit', '2')).toHaveLength(2);
      expect((await run(['violations', '--limit', '2'])).err).toEqual(['the newest 2; --limit shows more']);
      expect(await run(['violations', '--rule', 'Nothing'])).toMatchObject({ code: 1, err: [expect.stringMatching(/^rule-not-found/)] });
      expect(await run(['violations', '--channel', 'C09'])).toEqual({ code: 0, out: [], err: ['no violations'] });
    });

    it('is found by the names that a rule had, also when it is gone', async () => {
      await run(['edit', 'Keys', '--rename', 'All keys']);
      expect(await listed('--rule', 'KEYS')).toEqual([ids.removed]);
      await run(['remove', 'All keys']);
      expect([await listed('--rule', 'all keys'), await listed('--rule', 'keys')]).toEqual([[ids.removed], [ids.removed]]);
    });

    it('is shown in a table, as JSON, and as CSV that no spreadsheet runs', async () => {
      const table = (await run(['violations'])).out;
      expect(table[0]).toMatch(/^id +found +channel +author +rules +what +outcome$/);
      const row = (id: string): string => table.find((line) => line.startsWith(id))!;
      expect(row(ids.removed)).toMatch(/ UTC +C01 +U0ADA +Keys +AKIA…\(12\) in text and 1 more +removed, kept$/);
      expect(row(ids.dry)).toMatch(/ C02 +B0CAM +=Cards +=4111,"…\(12\) in text +dry run$/);
      expect(row(ids.unread)).toMatch(/ C01 +U0ADA +file 1: encrypted +unread$/);

      const [shown] = (await run(['violations', '--rule', 'Keys', '--json'])).out.map((line) => JSON.parse(line) as object);
      expect(shown).toMatchObject({
        id: ids.removed,
        message: { channel: 'slack:C01', messageId: '1.1' },
        findings: [{ ruleName: 'Keys', where: 'text', masked: 'AKIA…(12)' }, { where: 'file 1 / page 2' }],
        outcome: 'removed',
        kept: { state: 'kept' },
      });
      expect(Object.keys(shown!)).not.toEqual(expect.arrayContaining(['told', 'report', 'wanted']));

      const csv = (await run(['violations', '--csv'])).out;
      expect(csv[0]).toBe(
        'id,found,posted,channel,message,thread,author,rule,severity,action,dry_run,where,masked,unread,outcome,removed,error,kept,appeal',
      );
      // A row for each finding, and for each file that could not be read.
      expect(csv).toHaveLength(5);
      expect(csv.find((line) => line.startsWith(ids.dry))).toMatch(
        /,2023-11-14T22:13:20\.000Z,C02,2\.2,,B0CAM,'=Cards,medium,report,yes,text,"'=4111,""…\(12\)",,dry run,,,no,no$/,
      );
      expect(csv.find((line) => line.startsWith(ids.unread))).toMatch(/,U0ADA,,,,,file 1,,encrypted,unread,,,no,no$/);
    });

    it('is read out of quarantine into files that only their owner can read, and the audit says by whom', async () => {
      expect((await kept([ids.removed])).out).toEqual(
        ['text: 24 characters', 'file F1', `watchpost rules kept ${ids.removed} --put DIR writes all of it to files.`].map((line) =>
          line.replace('24', String(`the ${key}`.length)),
        ),
      );
      const target = path.join(folder, 'out');
      const files = [path.join(target, 'message.txt'), path.join(target, 'file-1.pdf')];
      expect(await kept([ids.removed, '--put', target])).toEqual({ code: 0, out: files, err: [] });
      expect((await readdir(folder, { recursive: true })).sort()).toEqual(['out', 'out/file-1.pdf', 'out/message.txt']);
      expect(await readFile(files[0]!, 'utf8')).toBe(`--- text ---\nthe ${key}\n`);
      expect(await readFile(files[1]!, 'utf8')).toBe(`pdf ${key}`);
      expect([(await stat(target)).mode & 0o777, (await stat(files[1]!)).mode & 0o777]).toEqual([0o700, 0o600]);
      expect(await kept([ids.removed, '--put', target])).toMatchObject({ code: 1, err: [expect.stringMatching(/^file-exists: /)] });
      const [latest] = (await run(['history'])).out;
      expect(latest).toMatch(new RegExp(` UTC {2}read the original of ${ids.removed} \\(cli:.+\\)$`));
    });

    it('is erased from quarantine for good, without the key, too', async () => {
      expect(await run(['kept', ids.removed, '--delete'])).toMatchObject({ code: 0, out: [`the original of ${ids.removed} was deleted`] });
      const wanted = await withDocuments(storage, async (documents) => {
        const quarantine = createQuarantine(documents, { keys, keepMs });
        expect([await quarantine.message(ids.removed, never), await quarantine.files(ids.removed, never)]).toEqual([null, []]);
        const stored = await createViolations(documents, { keepMs }).get(ids.removed, never);
        expect(stored?.violation).toMatchObject({ kept: { state: 'deleted', by: expect.stringMatching(/^cli:/) } });
        return stored?.violation.wanted;
      });
      expect((await run(['history', '--json'])).out.map((line) => JSON.parse(line) as object)[0]).toMatchObject({
        what: 'deleted',
        violation: ids.removed,
        actor: expect.stringMatching(/^cli:/),
      });
      // A worker changes the report, whose buttons are of no use now. Here only PostgreSQL has a queue.
      const jobs = await runCommand('jobs', ['--kind', 'violation', '--state', 'waiting', '--json'], { ...storage });
      const isHere = jobs.out.some((line) => line.includes(`violation-${ids.removed}-${wanted}`));
      expect(isHere).toBe(storage.POSTGRES_URL !== undefined);
      for (const args of [[ids.removed], [ids.removed, '--delete'], [ids.dry, '--put', folder], [violationIdOf('slack:C9', '9')]])
        expect(await kept(args)).toMatchObject({
          code: 1,
          out: [],
          err: [expect.stringMatching(/^violation-missing: nothing is kept of /)],
        });
    });

    it('is not read without the key, or with another one', async () => {
      expect(await run(['kept', ids.removed])).toMatchObject({ code: 1, err: [expect.stringMatching(/^quarantine-key-missing: /)] });
      const other = await run(['kept', ids.removed, '--put', folder], { QUARANTINE_KEY: 'x'.repeat(32) });
      expect(other).toMatchObject({ code: 1, out: [], err: [expect.stringMatching(/^envelope-unreadable: /)] });
      expect(await readdir(folder)).toEqual([]);
    });
  });
}
