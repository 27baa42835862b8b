import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createExtractor, type ExtractorOptions } from '@watchpost/extract/create-extractor';
import type { Extracted, ExtractLimits } from '@watchpost/extract/extract';
import { labelFont } from '@watchpost/see/picture/label-font';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createCanvas } from '@napi-rs/canvas';
import { PDFDocument } from 'pdf-lib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makeZip } from '../support/make-zip.ts';
import { processesThatName } from '../support/process-tree.ts';
import { fromRoot } from '../support/root.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'extract-'));
const log = createLogger('test', 'silent');
const noHint = { name: null, mimeType: null };
const never = new AbortController().signal;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

let scripts = 0;
/** A child's program that does what a test wants. `say` sends a line. */
function program(body: string): URL {
  scripts += 1;
  const file = path.join(folder, `child-${scripts}.mjs`);
  writeFileSync(
    file,
    `import fs from 'node:fs'; const say = (line) => fs.writeSync(3, (typeof line === 'string' ? line : JSON.stringify(line)) + '\\n');\n${body}`,
  );
  return pathToFileURL(file);
}

const ready = `say({ say: 'ready' });`;
const text = (value: string): string => `say({ say: 'text', where: '', text: ${value} });`;
const done = `say({ say: 'done' }); process.exit(0);`;

function extractor(options: Partial<ExtractorOptions> = {}, script?: URL) {
  const made = createExtractor({ ocr: false, log, ...options }, script);
  closing.push(() => made.close());
  return made;
}

const read = async (bytes: Buffer | string, limits: Partial<ExtractLimits> = {}, script?: URL): Promise<Extracted> =>
  extractor({ limits }, script).extract(Buffer.from(bytes), noHint, never);

describe('a child process', () => {
  it('reads a file of megabytes, with everything that it says', async () => {
    const line = 'a line of text, ünïcödé\n';
    const { texts, unread } = await read(makeZip([{ name: 'large.txt', bytes: line.repeat(100_000) }]));
    expect(texts.at(-1)).toEqual({ where: 'entry 1', text: line.repeat(100_000) });
    expect(unread).toEqual([]);
  });

  it('knows nothing of the worker: no variable, no folder, and prints nothing', async () => {
    process.env.SLACK_API_TOKEN = 'a token of the worker';
    const { texts } = await read(
      '',
      {},
      program(`${ready} ${text('JSON.stringify([process.cwd(), process.env])')} console.log('noise'); ${done}`),
    );
    delete process.env.SLACK_API_TOKEN;
    const [cwd, env] = JSON.parse(texts[0]?.text ?? '');
    expect(cwd).toBe('/');
    expect(Object.keys(env).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_', '__CF_USER_TEXT_ENCODING'].includes(name))).toEqual([]);
  });

  it('may read no file, write none, start no process and evaluate no code', async () => {
    const attempts = [
      "fs.readFileSync('/etc/hosts')",
      `fs.writeFileSync('${folder}/written', 'x')`,
      "child.execSync('true')",
      "new Worker('1', { eval: true })",
      "new Function('return 1')",
    ];
    const tries = attempts.map(
      (attempt) => `try { ${attempt}; tried.push('done'); } catch (error) { tried.push(error.code ?? error.name); }`,
    );
    const script = program(
      `import child from 'node:child_process'; import { Worker } from 'node:worker_threads'; const tried = []; ${ready} ${tries.join('\n')} ${text('tried.join()')} ${done}`,
    );
    const denied = 'ERR_ACCESS_DENIED';
    expect((await read('', {}, script)).texts[0]?.text).toBe([denied, denied, denied, denied, 'EvalError'].join());
  });

  it('is ended when its time is up; what it had said counts', async () => {
    const extracted = await read('', { timeoutMs: 700 }, program(`${ready} ${text("'so far'")} for (;;);`));
    expect(extracted).toEqual({ format: 'binary', texts: [{ where: '', text: 'so far' }], unread: [{ where: '', reason: 'timeout' }] });
  });

  it.each([
    ['objects', `const all = []; for (;;) all.push({ all: all.length });`],
    ['buffers', `const all = []; setInterval(() => all.push(Buffer.alloc(8_000_000, 1)), 5);`],
  ])('is ended when it takes too much memory for %s', async (_name, body) => {
    const extracted = await read('', { memoryBytes: 160_000_000, timeoutMs: 30_000 }, program(`${ready} ${text("'so far'")} ${body}`));
    expect(extracted.unread).toEqual([{ where: '', reason: 'memory' }]);
    expect(extracted.texts).toHaveLength(1);
  });

  it.each([
    ['no JSON', `say('{nonsense');`, 'broken'],
    ['an answer of another shape', `say({ say: 'text', where: '', text: 'x', more: 1 });`, 'broken'],
    ['a place in words of the file', `say({ say: 'text', where: 'hunter2', text: 'x' });`, 'broken'],
    ['a format that there is not', `say({ say: 'format', format: 'hunter2' });`, 'broken'],
    ['something after its end', `say({ say: 'done' }); say({ say: 'text', where: '', text: 'x' });`, 'broken'],
    ['more than it may', `for (;;) say({ say: 'text', where: '', text: 'x'.repeat(1000) });`, 'too-large'],
    ['one line without end', `for (;;) fs.writeSync(3, 'x'.repeat(100_000));`, 'too-large'],
    ['nothing, and ends', `process.exit(0);`, 'broken'],
    ['nothing, and throws', `throw new Error('hunter2');`, 'broken'],
  ])('is not believed when it says %s', async (_name, body, reason) => {
    const extracted = await read('', { characters: 10_000 }, program(`${ready} ${body} setInterval(() => {}, 1000);`));
    expect(extracted.unread).toEqual([{ where: '', reason }]);
    expect(JSON.stringify(extracted)).not.toContain('hunter2');
    expect(extracted.texts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(11_000);
  });

  it('that does not start, or is ended by somebody else, is an error that passes', async () => {
    const gone = pathToFileURL(path.join(folder, 'missing.mjs'));
    await expect(read('', {}, gone)).rejects.toMatchObject({ code: 'extraction-failed', retry: 'transient' });
    const incomplete = program(`${ready} say({ say: 'failed' }); ${done}`);
    await expect(read('', {}, incomplete)).rejects.toMatchObject({ code: 'extraction-failed' });
    const ended = program(`${ready} process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`);
    await expect(read('', {}, ended)).rejects.toMatchObject({ code: 'extraction-failed' });
  });
});

describe('an extractor', () => {
  it('reads so many files at a time, the others in turn', async () => {
    const script = program(
      `${ready} const from = Date.now(); setTimeout(() => { ${text('JSON.stringify([from, Date.now()])')} ${done} }, 200);`,
    );
    const two = extractor({ most: 2 }, script);
    const spans = await Promise.all(Array.from({ length: 5 }, async () => two.extract(Buffer.alloc(0), noHint, never)));
    const times: [number, number][] = spans.map(({ texts }) => JSON.parse(texts[0]?.text ?? ''));
    const atOnce = times.map(([from]) => times.filter(([begin, end]) => begin <= from && from < end).length);
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(2);
    expect(atOnce).toHaveLength(5);
  });

  it('ends a child whose file nobody wants any more, and goes on', async () => {
    const script = program(`${ready} for (;;);`);
    const one = extractor({ most: 1 }, script);
    const abort = new AbortController();
    const first = one.extract(Buffer.alloc(0), noHint, abort.signal);
    const waiting = new AbortController();
    const second = one.extract(Buffer.alloc(0), noHint, waiting.signal);
    await until('the child runs', () => processesThatName(script.pathname).length > 0);
    waiting.abort();
    await expect(second).rejects.toMatchObject({ code: 'aborted' });
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    expect(processesThatName(script.pathname)).toEqual([]);
    await expect(one.extract(Buffer.alloc(0), noHint, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });

  it('leaves no child when it is closed', async () => {
    const script = program(`${ready} for (;;);`);
    const busy = extractor({ most: 1 }, script);
    const both = [0, 1].map(async () => busy.extract(Buffer.alloc(0), noHint, never).catch((error: unknown) => error));
    await until('the child runs', () => processesThatName(script.pathname).length > 0);
    await busy.close();
    expect(processesThatName(script.pathname)).toEqual([]);
    expect(await Promise.all(both)).toEqual([expect.objectContaining({ code: 'aborted' }), expect.objectContaining({ code: 'aborted' })]);
    await expect(busy.extract(Buffer.alloc(0), noHint, never)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('leaves no child when its process is killed, not even one that is busy', async () => {
    const reader = fromRoot('packages/extract/dist/create-extractor.js');
    const idle = program(`${ready} process.stdin.resume().on('end', () => process.exit(1)); setInterval(() => {}, 1000);`);
    // It says nothing, so it does not notice that nobody listens.
    const busy = program('for (;;);');
    const source = `import { createExtractor } from ${JSON.stringify(reader)}; for (const script of ${JSON.stringify([idle, busy])})
      createExtractor({ ocr: false, limits: { timeoutMs: 1_000 }, log: { debug: () => {} } }, new URL(script)).extract(Buffer.alloc(0), {}, new AbortController().signal);`;
    const worker = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'ignore' });
    const left = (): string[] =>
      [idle, busy].flatMap((script) => processesThatName(script.pathname)).filter((line) => !line.includes('--eval'));
    await until('both children run', () => left().length === 2);
    worker.kill('SIGKILL');
    await until('the children are gone', () => left().length === 0, 50_000);
    expect(left()).toEqual([]);
  });
});

describe('text in pictures', () => {
  const picture = (): Buffer => {
    const canvas = createCanvas(700, 120);
    const context = canvas.getContext('2d');
    context.fillStyle = 'white';
    context.fillRect(0, 0, 700, 120);
    context.fillStyle = 'black';
    context.font = labelFont(48);
    context.fillText('card 4111 1111', 20, 75);
    return canvas.toBuffer('image/png');
  };

  it('is read without any network, in pictures and on scanned pages', async () => {
    const withOcr = extractor({ ocr: true });
    expect(await withOcr.extract(picture(), noHint, never)).toMatchObject({
      format: 'picture',
      texts: [{ where: '', text: 'card 4111 1111\n' }],
      unread: [],
    });
    const pdf = await PDFDocument.create();
    pdf.addPage().drawImage(await pdf.embedPng(picture()), { x: 10, y: 300, width: 500, height: 90 });
    const scanned = await withOcr.extract(await pdf.save(), noHint, never);
    expect(scanned.texts).toContainEqual({ where: 'page 1 / picture 1', text: 'card 4111 1111\n' });
    expect(scanned.unread).toEqual([]);
  });

  it('of a broken picture is unread', async () => {
    const broken = Buffer.concat([picture().subarray(0, 60), Buffer.alloc(500, 7)]);
    const { format, unread } = await extractor({ ocr: true }).extract(broken, noHint, never);
    expect({ format, unread }).toEqual({ format: 'picture', unread: [{ where: '', reason: 'broken' }] });
  });
});
