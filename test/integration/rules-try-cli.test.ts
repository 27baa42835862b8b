import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { Document, Packer, Paragraph } from 'docx';
import ExcelJS from 'exceljs';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';
import { key, keyPattern, rulesCommand } from '../support/rules-cli.ts';

interface Shown {
  matches: Record<string, unknown>[];
  unread?: Record<string, unknown>[];
  messages?: number;
}

const test = async (args: readonly string[], env: Record<string, string> = {}) => rulesCommand(['test', ...args], env);
const testJson = async (args: readonly string[], env: Record<string, string> = {}) => {
  const { code, out, err } = await test([...args, '--json'], env);
  expect(out).toHaveLength(1);
  expect([...out, ...err].join('\n')).not.toContain(key);
  return { code, err, ...(JSON.parse(out[0]!) as Shown) };
};
const pattern = ['--pattern', keyPattern];

let folder: string;
const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-rules-'));
});
afterAll(async () => rm(folder, { recursive: true }));

describe('watchpost rules test, without a database', () => {
  it('finds a pattern in a text: exit code 1, and 0 where there is nothing', async () => {
    expect(await testJson([...pattern, '--text', `one ${key} and\n${key}`])).toEqual({
      code: 1,
      err: [],
      matches: [
        { rule: 'pattern', where: 'text', start: 4, end: 20, masked: 'AKIA…(12)' },
        { rule: 'pattern', where: 'text', start: 25, end: 41, masked: 'AKIA…(12)' },
      ],
    });
    expect(await testJson([...pattern, '--text', 'nothing'])).toEqual({ code: 0, err: [], matches: [] });
    expect(await test([...pattern, '--text', key])).toEqual({ code: 1, out: ['text  0-16  AKIA…(12)  pattern'], err: [] });
    expect(await test([...pattern, '--text', ''])).toEqual({ code: 0, out: ['nothing matched'], err: [] });
  });

  it('finds what a detector finds', async () => {
    const card = ['4111', '1111', '1111', '1111'].join(' ');
    const { code, matches } = await testJson(['--detector', 'card-numbers', '--text', `card ${card}, phone 12`]);
    expect([code, matches]).toEqual([1, [expect.objectContaining({ rule: 'card-numbers', where: 'text', start: 5, end: 24 })]]);
  });

  it.each([
    ['lookbehind', '(?<=a)b', /look/],
    ['a backreference', '(a)\\1', /back/],
    ['what is not closed', '(ab', /closing/],
  ])('refuses a pattern that needs %s, with the reason and exit code 2: it was not tried', async (_, refused, reason) => {
    const { code, out, err } = await test(['--pattern', refused, '--text', 'ab']);
    expect([code, out, err.join('\n')]).toEqual([2, [], expect.stringMatching(/^pattern-invalid: /)]);
    expect(err[0]).toMatch(reason);
  });

  it('tries a pattern that finds nearly everything, and says that such a rule would be refused', async () => {
    const { code, matches, err } = await testJson(['--pattern', '[a-z]+', '--text', 'ab 12 cd']);
    expect([code, matches.map(({ start, end }) => [start, end])]).toEqual([
      1,
      [
        [0, 2],
        [6, 8],
      ],
    ]);
    expect(err).toEqual([expect.stringMatching(/^A rule with this pattern would be refused: .*everyday sentences/)]);
    expect(await testJson(['--pattern', 'a*', '--text', 'caab'])).toMatchObject({
      err: [expect.stringMatching(/empty text/)],
      matches: [{ start: 1, end: 3 }],
    });
  });

  it('reads files of any format, and says where in them it matched', async () => {
    const docx = await put('letter.docx', await Packer.toBuffer(new Document({ sections: [{ children: [new Paragraph(`key ${key}`)] }] })));
    const book = new ExcelJS.Workbook();
    book.addWorksheet('One').addRow(['key', key]);
    const xlsx = await put('table.xlsx', new Uint8Array(await book.xlsx.writeBuffer()));
    const pdf = await PDFDocument.create();
    pdf.addPage();
    pdf.addPage().drawText(`key ${key}`, { size: 12 });
    const files = [
      docx,
      xlsx,
      await put('page.pdf', await pdf.save()),
      await put('notes.txt', Buffer.from(`\uFEFFkey ${key}`, 'utf16le')),
      await put('notes.gz', gzipSync(`key ${key}`)),
      await put('clean.csv', 'a,b\n1,2\n'),
    ];
    const { code, err, matches, unread } = await testJson([...pattern, ...files]);
    expect([code, err, unread]).toEqual([1, [], undefined]);
    const found = new Map(matches.map(({ where, ...rest }) => [path.basename(String(where).split(' / ')[0]!), { where, ...rest }]));
    expect([...found.keys()].sort()).toEqual(['letter.docx', 'notes.gz', 'notes.txt', 'page.pdf', 'table.xlsx']);
    expect(found.get('page.pdf')!['where']).toBe(`${files[2]} / page 2`);
    for (const match of found.values()) expect(match).toMatchObject({ rule: 'pattern', masked: 'AKIA…(12)' });
    expect(await test([...pattern, files[3]!])).toEqual({ code: 1, out: [`${files[3]}  4-20  AKIA…(12)  pattern`], err: [] });
  });

  it('reports what cannot be read, and goes on; exit code 2 where nothing matched and a file could not be opened', async () => {
    const broken = await put('broken.pdf', '%PDF-1.7 and then nothing');
    const clean = await put('clean.txt', 'nothing');
    const missing = path.join(folder, 'missing.txt');
    const tried = await testJson([...pattern, broken, missing, folder, clean]);
    expect(tried).toMatchObject({
      code: 2,
      matches: [],
      unread: [
        { where: broken, reason: 'broken' },
        { where: missing, reason: 'ENOENT' },
        { where: folder, reason: 'EISDIR' },
      ],
    });
    expect(tried.err).toEqual([
      `${broken}: could not be read: broken`,
      `${missing}: could not be read: ENOENT`,
      `${folder}: could not be read: EISDIR`,
    ]);
    expect(await testJson([...pattern, broken, clean])).toMatchObject({ code: 0, unread: [{ where: broken, reason: 'broken' }] });
    expect(await testJson([...pattern, missing, await put('key.txt', key)])).toMatchObject({ code: 1, matches: [{ start: 0, end: 16 }] });
  });

  it('tries the names of files, too', async () => {
    await mkdir(path.join(folder, 'of-ada7'), { recursive: true });
    const file = await put('of-ada7/ada7.txt', 'nothing');
    const { code, matches } = await testJson(['--pattern', 'ada\\d', file]);
    expect([code, matches]).toEqual([1, [expect.objectContaining({ where: `${file}: name`, start: 0, end: 4 })]]);
  });

  /** As an operator runs it, with something on its standard input. */
  const piped = async (args: string[], input: string): Promise<{ out: string; code: number | null }> => {
    const child = spawn(process.execPath, [fromRoot('apps/cli/dist/main.js'), 'rules', 'test', ...args], {
      env: { PATH: process.env['PATH'] },
    });
    child.stdin.end(input);
    const [out, code] = await Promise.all([textOf(child.stdout), new Promise<number | null>((resolve) => child.once('close', resolve))]);
    return { out, code };
  };

  it('reads standard input, as a text and as a file', async () => {
    expect(await piped([...pattern, '--text', '-'], `x ${key}`)).toEqual({ code: 1, out: 'text  2-18  AKIA…(12)  pattern\n' });
    expect(await piped([...pattern, '-'], `x ${key}`)).toEqual({ code: 1, out: '-  2-18  AKIA…(12)  pattern\n' });
    expect(await piped([...pattern, '--text', '-', '--json'], '')).toEqual({ code: 0, out: '{"matches":[]}\n' });
  });

  it('loads neither models nor the gallery, nor what only other commands need', async () => {
    const script = `
      const { runCommand } = await import(${JSON.stringify(fromRoot('apps/cli/dist/run-command.js'))});
      await runCommand(['rules', 'test', '--pattern', 'x', '--text', 'x'], { env: {}, print: () => {} });
      await runCommand(['rules', 'list'], { env: { POSTGRES_URL: 'postgres://127.0.0.1:1/x' }, warn: () => {} });
      console.log(process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node')).join());
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout.trim()).toBe('');
  });
});

describe('watchpost rules test --channel', () => {
  let slack: FakeSlack;
  const env = () => ({
    SLACK_API_TOKEN: 'xoxb-test-token',
    SLACK_API_URL: slack.apiUrl,
    SLACK_FILE_HOSTS: slack.url,
    WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
  });
  beforeAll(async () => {
    slack = await startFakeSlack();
    slack.files.set('F1', { id: 'F1', bytes: Buffer.from(`in a file: ${key}`), contentType: 'text/plain', info: {} });
  });
  afterAll(async () => slack.close());

  it('tries the newest messages of a channel with their files, and prints masks and links, never what they say', async () => {
    slack.chat.say({ channel: 'C1', text: `old ${key}`, ts: '1700000000.000100' });
    slack.chat.say({ channel: 'C1', text: 'see file', ts: '1700000001.000100', files: [{ id: 'F1', name: 'notes.txt' }] });
    slack.chat.say({ channel: 'C1', text: 'gone file', ts: '1700000002.000100', files: [{ id: 'F404', name: 'notes.txt' }] });
    slack.chat.say({ channel: 'C1', text: 'a confidential remark', ts: '1700000003.000100', user: 'U0ADA' });
    const tried = await testJson([...pattern, '--channel', 'C1'], env());
    const link = expect.stringMatching(/^https:\/\/example\.slack\.com\/archives\/C1\/p17000000/);
    expect(tried).toMatchObject({
      code: 1,
      messages: 4,
      matches: [
        { where: 'file 1', start: 11, end: 27, masked: 'AKIA…(12)', message: '1700000001.000100', link, author: 'slack:U0HUMAN' },
        { where: 'text', start: 4, end: 20, masked: 'AKIA…(12)', message: '1700000000.000100', link },
      ],
      unread: [{ where: 'file 1', message: '1700000002.000100', reason: 'file-gone' }],
    });
    const { out } = await test([...pattern, '--channel', 'C1'], env());
    expect(out.join('\n')).not.toMatch(/confidential|see file|old /);
    expect(await testJson([...pattern, '--channel', 'C1', '--last', '2'], env())).toMatchObject({ code: 0, matches: [], messages: 2 });
  });

  it('changes nothing in Slack', async () => {
    await test([...pattern, '--channel', 'C1'], env());
    const reading = [
      'auth.test',
      'chat.getPermalink',
      'conversations.history',
      'conversations.info',
      'conversations.replies',
      'files.info',
    ];
    expect(slack.calls.map(({ method }) => method).filter((method) => !reading.includes(method))).toEqual([]);
  });

  it('says what is missing, or what Slack refuses, with exit code 2: 1 would mean that something matched', async () => {
    expect(await test([...pattern, '--channel', 'C1'])).toMatchObject({
      code: 2,
      out: [],
      err: ['config-invalid: SLACK_API_TOKEN is not set'],
    });
    slack.mischief('auth.test', { kind: 'error', error: 'invalid_auth' });
    expect(await test([...pattern, '--channel', 'C1'], env())).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/^chat-not-authorised: .*SLACK_API_TOKEN/)],
    });
  });
});
