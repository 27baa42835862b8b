import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startFakeSlack } from '@watchpost/bench/servers/fake-slack';
import { fakeBot } from '@watchpost/bench/servers/fake-slack-chat';
import { createRules } from '@watchpost/rules/store/rules';
import type { Rule } from '@watchpost/rules/rule';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { key, keyPattern, rulesCommand, withDocuments } from '../support/rules-cli.ts';
import type { Service } from '../support/services.ts';

const never = new AbortController().signal;
const parsed = (lines: readonly string[]): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('watchpost rules', () => {
  it.each([
    [['add'], ['--name is missing', '--pattern or --detector is missing']],
    [
      ['add', '--name', 'x', '--detector', 'all', '--action', 'erase'],
      [expect.stringMatching(/^--detector must be one of secrets, /), '--action must be one of report, quarantine, remove'],
    ],
    [['edit', 'x'], ['nothing is to be changed: no flag is given']],
    [['remove'], ['an argument is missing']],
    [['history', '--limit', '0'], [expect.stringMatching(/^--limit must be a whole number/)]],
    [['import'], ['the file is missing']],
    [['import', 'x.csv', '--pattern', 'x'], ['names and patterns come from the file']],
    [
      ['violations', '--since', 'soon', '--channel', 'general', '--csv', '--json'],
      [
        '--json and --csv cannot both be given',
        expect.stringMatching(/^--channel must be/),
        expect.stringMatching(/^--since must be a time/),
      ],
    ],
    [['violations', '--since', '1d', '--until', '7d'], ['--since must be before --until']],
    [['kept'], [expect.stringMatching(/^the id of one violation must be given/)]],
    [['test'], ['one of --text, FILE... and --channel must be given']],
    [
      ['test', '--pattern', 'x', '--name', 'y', '--text', 'z', 'file', '--last', '5'],
      [
        'only one of --pattern, --detector and --name can be given',
        'only one of --text, FILE... and --channel must be given',
        '--last is for --channel',
      ],
    ],
  ])('%j is answered with everything that is wrong, and its usage', async (args, faults) => {
    const { code, out, err } = await rulesCommand(args);
    const [first = '', ...more] = err;
    expect([code, out]).toEqual([2, []]);
    expect([first.replace('usage-invalid: ', ''), ...more]).toEqual([
      ...faults,
      expect.stringMatching(new RegExp(`^usage: rules ${args[0]!} ?`)),
    ]);
  });

  it('has a help for all of it, and one for each command with its options', async () => {
    const help = await rulesCommand([]);
    expect(help.code).toBe(0);
    expect(help.out.filter((line) => line.startsWith('  rules '))).toHaveLength(9);
    expect(await rulesCommand(['help'])).toEqual(help);
    const { code, out } = await rulesCommand(['edit', '--help']);
    expect([code, out[0]]).toEqual([0, 'usage: rules edit NAME [OPTION...]']);
    for (const option of ['--pattern P', '--most-an-hour N', '--live, --dry-run', '--rename NEW'])
      expect(out.join('\n')).toContain(`  ${option} `);
    expect(await rulesCommand(['delete', 'x'])).toEqual({ code: 2, out: [], err: ['unknown command: rules delete', ...help.out] });
  });

  it('says what is missing where no database is configured', async () => {
    expect(await rulesCommand(['list'])).toMatchObject({
      code: 1,
      err: [expect.stringMatching(/^config-invalid: MONGO_CONNECTION_STRING or/)],
    });
    // 1 means that something matched.
    expect(await rulesCommand(['test', '--text', key])).toMatchObject({
      code: 2,
      out: [],
      err: [expect.stringMatching(/^config-invalid/)],
    });
  });
});

for (const backend of oneOfEachBackend) {
  describeWith(backend.needs, `watchpost rules on ${backend.name}`, () => {
    let server: Service;
    let storage: ReturnType<typeof backend.storage>;
    let folder: string;
    const rules = async (args: string[], env: Record<string, string> = {}) => rulesCommand(args, { ...storage, ...env });
    const stored = async (): Promise<Rule[]> =>
      withDocuments(storage, async (documents) => createRules(documents, { canQuarantine: false }).list(never));

    beforeAll(async () => {
      server = await backend.start();
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-rules-'));
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      await emptyGallery(storage);
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    it('adds, lists, edits and removes rules, and says who changed what', async () => {
      expect(await rules(['list'])).toMatchObject({ code: 0, out: [expect.stringMatching(/^there are no rules/)] });
      const added = await rules(['add', '--name', 'AWS keys', '--pattern', keyPattern, '--action', 'remove', '--severity', 'high']);
      expect(added).toEqual({
        code: 0,
        out: [
          `AWS keys: ${keyPattern} in all channels, text and files: it would be removed (high, dry run)`,
          'watchpost rules edit "AWS keys" --live lets it act.',
        ],
        err: [],
      });
      expect(await stored()).toMatchObject([
        { name: 'AWS keys', look: { pattern: keyPattern }, action: 'remove', dryRun: true, enabled: true },
      ]);

      const json = await rules(['edit', 'aws KEYS', '--live', '--channels', 'C01,C02', '--json']);
      expect(parsed(json.out)).toMatchObject([
        { name: 'AWS keys', dryRun: false, scope: { in: 'some', channels: ['slack:C01', 'slack:C02'] } },
      ]);
      expect((await rules(['edit', 'AWS keys', '--rename', 'Keys'])).out).toEqual([
        `Keys: ${keyPattern} in C01, C02, text and files: it is removed (high, live)`,
      ]);
      await rules(['add', '--name', 'Cards', '--detector', 'card-numbers', '--scan', 'text', '--live', '--disabled']);
      expect((await rules(['list'])).out).toEqual([
        expect.stringMatching(/^name +state +action +severity +scans +in +looks for$/),
        expect.stringMatching(/^Keys +live +remove +high +both +C01, C02 +AKIA\[0-9A-Z\]\{12\}$/),
        expect.stringMatching(/^Cards +disabled +report +medium +text +all channels +card numbers$/),
      ]);
      expect(parsed((await rules(['list', '--json'])).out)).toEqual(await stored());
      expect((await rules(['list', 'keys'])).out).toEqual(
        expect.arrayContaining([expect.stringMatching(/^looks for +AKIA/), expect.stringMatching(/^removals +at most 100 an hour/)]),
      );

      expect(await rules(['remove', 'Keys'])).toEqual({ code: 0, out: ['Keys was removed'], err: [] });
      expect((await stored()).map(({ name }) => name)).toEqual(['Cards']);
      const history = await rules(['history']);
      expect(history.out).toEqual([
        expect.stringMatching(/^\d{4}-.* UTC {2}removed Keys \(cli:.+\)$/),
        expect.stringMatching(/ {2}added Cards \(card numbers; report, disabled\) \(cli:/),
        expect.stringMatching(/ {2}edited AWS keys: name AWS keys → Keys \(cli:/),
        expect.stringMatching(/ {2}edited AWS keys: in all channels → C01, C02; state dry run → live \(cli:/),
        expect.stringMatching(/ {2}added AWS keys \(AKIA.*; remove, dry run\) \(cli:/),
      ]);
      expect(parsed((await rules(['history', '--limit', '2', '--json'])).out)).toMatchObject([
        { number: 5, what: 'removed', after: null },
        { number: 4, what: 'added', before: null },
      ]);
    });

    it('refuses what cannot be stored, with the reason', async () => {
      await rules(['add', '--name', 'Keys', '--pattern', keyPattern]);
      const refused: [string[], RegExp][] = [
        [['add', '--name', 'KEYS', '--pattern', 'x{9}'], /^rule-name-taken: /],
        [['add', '--name', 'Behind', '--pattern', '(?<=x)y'], /^pattern-invalid: .*look/],
        [['add', '--name', 'Empty', '--pattern', 'x*'], /^pattern-invalid: .*empty/],
        [['edit', 'Keys', '--pattern', '(x)\\1'], /^pattern-invalid: /],
        [['edit', 'Nothing', '--live'], /^rule-not-found: /],
        [['remove', 'Nothing'], /^rule-not-found: /],
        [['list', 'Nothing'], /^rule-not-found: /],
        [['edit', 'Keys', '--action', 'quarantine'], /^quarantine-key-missing: /],
      ];
      for (const [args, reason] of refused) expect(await rules(args)).toEqual({ code: 1, out: [], err: [expect.stringMatching(reason)] });
      expect(await stored()).toMatchObject([{ name: 'Keys', look: { pattern: keyPattern }, dryRun: true, action: 'report' }]);
      const { code } = await rules(['edit', 'Keys', '--action', 'quarantine'], { QUARANTINE_KEY: 'q'.repeat(32) });
      expect([code, (await stored())[0]?.action]).toEqual([0, 'quarantine']);
    });

    it.each<[string, (csv: string) => Buffer]>([
      ['UTF-16', (csv) => Buffer.from(`\uFEFF${csv}`, 'utf16le')],
      ['the encoding of old spreadsheets', (csv) => Buffer.from(csv, 'latin1')],
    ])('imports a table in %s', async (_encoding, encoded) => {
      const file = path.join(folder, 'encoded.csv');
      await writeFile(file, encoded('name;pattern\nKäse;Käse\\d+\n'));
      expect(await rules(['import', file])).toMatchObject({ code: 0, out: expect.arrayContaining(['added  Käse']) });
      expect((await rules(['list', 'Käse', '--json'])).out.join()).toContain('"pattern":"Käse\\\\d+"');
    });

    it("imports the old service's table, leaves names alone that exist, and says which lines were refused and why", async () => {
      const file = path.join(folder, 'patterns.csv');
      await writeFile(file, `id;Name;Pattern\r\n1;Keys;"${keyPattern}"\r\n2;Behind;(?<=x)y\r\n3;Cards;"[0-9]{16}"\r\n`);
      await rules(['add', '--name', 'cards', '--detector', 'card-numbers']);
      expect(await rules(['import', file, '--severity', 'high'])).toEqual({
        code: 1,
        out: [
          'added  Keys',
          'left alone  Cards: there is a rule of this name',
          '1 added, 1 left alone, 1 refused',
          'New rules are in dry run: watchpost rules edit NAME --live lets one act.',
        ],
        err: [expect.stringMatching(/^line 3, Behind: .*look/)],
      });
      expect(await stored()).toMatchObject([
        { name: 'cards', look: { detector: 'card-numbers' }, action: 'report' },
        { name: 'Keys', look: { pattern: keyPattern }, action: 'remove', severity: 'high', dryRun: true },
      ]);
      const again = await rules(['import', file, '--live', '--json']);
      expect([again.code, parsed(again.out)]).toEqual([
        1,
        [{ added: [], existing: ['Keys', 'Cards'], refused: [{ line: 3, name: 'Behind', reason: expect.any(String) }] }],
      ]);
      await writeFile(file, 'a,b\n1,2\n');
      expect(await rules(['import', file])).toMatchObject({ code: 1, err: [expect.stringMatching(/^rule-invalid: .*name,pattern/)] });
      expect(await rules(['import', path.join(folder, 'none')])).toMatchObject({
        code: 1,
        err: [expect.stringMatching(/^file-unreadable/)],
      });
    });

    it('tries the stored rules: those that are enabled, or the one that is named, and says what they would have done', async () => {
      await rules(['add', '--name', 'Keys', '--pattern', keyPattern, '--action', 'remove']);
      await rules(['add', '--name', 'Old', '--pattern', 'Z7Q4', '--disabled', '--live', '--action', 'remove']);
      await rules(['add', '--name', 'In files', '--pattern', 'AKIA', '--scan', 'files', '--live']);
      const all = await rules(['test', '--text', `the key is ${key}`]);
      expect(all).toEqual({
        code: 1,
        out: ['text  11-27  AKIA…(12)  Keys', '', 'Keys: 1 match; in dry run: it would be removed if the rule were live'],
        err: ['the rule In files looks only at files'],
      });
      expect((await rules(['test', '--name', 'old', '--text', key])).out.at(-1)).toBe('Old: 1 match; disabled: nothing happens');
      const file = path.join(folder, 'notes.txt');
      await writeFile(file, `first line\n${key}\n`);
      const tried = await rules(['test', file, '--json']);
      expect([tried.code, parsed(tried.out)]).toEqual([
        1,
        [
          {
            matches: [
              { rule: 'Keys', where: file, start: 11, end: 27, masked: 'AKIA…(12)', action: 'remove', state: 'dry run' },
              { rule: 'In files', where: file, start: 11, end: 15, masked: '…(4)', action: 'report', state: 'live' },
            ],
          },
        ],
      ]);
      expect(await rules(['test', '--name', 'Nothing', '--text', key])).toMatchObject({
        code: 2,
        err: [expect.stringMatching(/^rule-not-found/)],
      });
      await rules(['remove', 'Keys']);
      await rules(['remove', 'In files']);
      expect(await rules(['test', '--text', key])).toEqual({ code: 0, out: ['nothing matched'], err: ['no rule is enabled'] });
    });

    it('tries the stored rules on a channel as they would apply there: to whom, where, and to which of our own posts', async () => {
      const slack = await startFakeSlack();
      const own = { channel: 'C1', user: fakeBot.user_id, more: { bot_id: fakeBot.bot_id } };
      try {
        slack.files.set('F1', { id: 'F1', bytes: Buffer.from(`a camera's ${key}`), contentType: 'text/plain', info: {} });
        slack.chat.say({ channel: 'C1', text: key, user: 'U0EXEMPT' });
        slack.chat.say({ ...own, text: `removed ${key}` });
        slack.chat.say({ ...own, text: 'picture', files: [{ id: 'F1', name: 'notes.txt' }] });
        const env = {
          SLACK_API_TOKEN: 'xoxb-test-token',
          SLACK_API_URL: slack.apiUrl,
          SLACK_FILE_HOSTS: slack.url,
          ADMIN_SLACK_CHANNEL_ID: 'C9',
        };
        await rules(['add', '--name', 'Keys', '--pattern', keyPattern, '--exempt', 'U0EXEMPT', '--live', '--action', 'remove']);
        await rules(['add', '--name', 'Elsewhere', '--pattern', 'AKIAZ', '--channels', 'C2']);
        const tried = await rules(['test', '--channel', 'C1'], env);
        expect(tried).toEqual({
          code: 1,
          out: [
            expect.stringMatching(/^https:\/\/\S+ {2}file 1 {2}11-27 {2}AKIA…\(12\) {2}Keys$/),
            '',
            'Keys: 1 match in 1 message; it is removed',
            '3 messages looked at',
          ],
          err: [],
        });
        // One that is named is tried everywhere.
        const named = await rules(['test', '--name', 'Elsewhere', '--channel', 'C1'], env);
        expect(named.out.slice(-2)).toEqual(['Elsewhere: 3 matches in 3 messages; it does not apply there', '3 messages looked at']);
        slack.chat.say({ channel: 'C9', text: key });
        expect(await rules(['test', '--channel', 'C9'], env)).toEqual({
          code: 0,
          out: ['nothing matched in 1 message'],
          err: ['rules never apply in the admin channel'],
        });
      } finally {
        await slack.close();
      }
    });
  });
}
