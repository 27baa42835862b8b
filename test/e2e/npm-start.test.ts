import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';
import { freePort } from '@watchpost/bench/servers/server';
import { descendants, isAlive, processesThatName } from '../support/process-tree.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';
import { startScript } from '../support/start-script.ts';
import { until } from '../support/until.ts';

/** The demonstration's pages are rendered anew each time: asking for them all the time took as much as all else that it does. */
const askMs = 500;

interface Launcher {
  process: ChildProcess;
  output(): string;
  page(): Promise<string>;
  exited: Promise<number | null>;
}

describe('npm start with nothing set', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-start-'));
  const demoDir = path.join(dataDir, 'demo');
  const port = String(await freePort());
  const unset = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:SLACK_|READ_SLACK|WRITE_SLACK|REDIS_|MONGO_|POSTGRES_|VITEST|NODE_)/.test(name)),
  );
  const env = { ...unset, DATA_DIR: dataDir, PORT: port, WORKER_PORT: '0' };
  const launchers: Launcher[] = [];

  const launch = (more: Record<string, string> = {}): Launcher => {
    const child = spawn(process.execPath, [fromRoot(startScript)], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    const page = async (): Promise<string> =>
      until(
        'the page is announced',
        () => {
          if (child.exitCode !== null) throw new Error(output);
          return / (http:\/\/127\.0\.0\.1:\d+\/)\n/.exec(output)?.[1];
        },
        90_000,
      );
    const made = { process: child, output: () => output, page, exited };
    launchers.push(made);
    return made;
  };
  const watchpost = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [fromRoot('scripts/watchpost.mjs'), ...args], { env })).stdout;
  /** A channel's part of the page. */
  const panel = async (page: string, channel: string): Promise<string> =>
    (await (await fetch(page)).text()).split('<section').find((part) => part.includes(`aria-label="#${channel}"`)) ?? '';
  const results = async (page: string): Promise<string> => panel(page, 'who-was-there');

  afterAll(async () => {
    for (const { process: child } of launchers) child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('shows annotated pictures, takes a name by a click within two minutes, and stops without a trace but its data', async () => {
    const launched = Date.now();
    const launcher = launch();
    const page = await launcher.page();
    const started = Date.now();
    const html = await until(
      'a picture is in the results channel',
      async () => {
        const column = await results(page);
        return column.includes('<img') && column;
      },
      60_000,
      askMs,
    );
    expect(Date.now() - started).toBeLessThan(60_000);
    expect(html).toMatch(/Front door[\s\S]*Unknown 1/);
    expect(launcher.output()).not.toMatch(/ (?:database|worker|ingest|feed|console) (?:warn|error|fatal) /);

    expect(await watchpost('people')).toMatch(/Mia[\s\S]*Unknown 1|Unknown 1[\s\S]*Mia/);
    if (hasBrowser) await nameByClick(page, 'Unknown 1', 'Ada');
    else await watchpost('name', 'Unknown 1', 'Ada');
    expect(Date.now() - launched).toBeLessThan(120_000);
    await until('the next visit of the same man says Ada', async () => /Garage[\s\S]*Ada/.test(await results(page)), 90_000, askMs);
    expect(await watchpost('people')).toContain('Ada');
    expect(await results(page)).not.toContain('Postman');

    const said = async (): Promise<string> => panel(page, 'general');
    await until('the colleagues have said everything', async () => (await said()).includes('Order number 4242'), 60_000, askMs);
    await until('a token and a card number were removed', async () => !/ghp_|4242 4242/.test(await said()), 20_000, askMs);
    const reports = await until(
      'the admins are told of both',
      async () => {
        const shown = await panel(page, 'rules-admins');
        return /Keys and tokens/.test(shown) && /Card numbers/.test(shown) && shown;
      },
      30_000,
      askMs,
    );
    expect(reports).toMatch(/ghp.?_.?…\(36\)/u);
    expect(reports).not.toMatch(/ghp.?_.?[A-Za-z0-9]|4242 ?4242/u);
    expect(await watchpost('rules', 'violations')).toMatch(/Keys and tokens|Card numbers/);

    const feeds = / (http:\/\/127\.0\.0\.1:\d+\/feeds\/)newsroom\/page\n/.exec(launcher.output())?.[1] ?? '';
    await checkNewsroom(async (address) => (await fetch(`${feeds}${address}`)).text());

    const [, origin = '', code = ''] = / (http:\/\/127\.0\.0\.1:\d+)\/#code=(\S+)\n/.exec(launcher.output()) ?? [];
    const signIn = async (): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${origin}/api/sign-in/link`, { method: 'POST', headers, body: JSON.stringify({ code }) })).status;
    };
    expect([await signIn(), await signIn()]).toEqual([200, 401]);

    // The usual port is taken, by somebody else if not by this.
    const busy = createServer().on('error', () => undefined);
    busy.listen(5_000, '127.0.0.1');
    const second = launch({ PORT: '' });
    expect(await second.exited).toBe(1);
    busy.close();
    expect(second.output()).toContain('data-dir-in-use');
    expect(second.output()).not.toContain('listens');

    const family = descendants(launcher.process.pid ?? 0);
    expect(family.length).toBeGreaterThanOrEqual(3);
    launcher.process.kill('SIGINT');
    expect(await launcher.exited).toBe(0);
    expect(family.filter((pid) => isAlive(pid))).toEqual([]);
    expect(processesThatName(dataDir)).toEqual([]);
    expect(readdirSync(demoDir)).toEqual(['feeds.yaml', 'postgres', 'quarantine-key']);
  });

  it('reports every port that is not one, and starts nothing', async () => {
    const launcher = launch({ PORT: 'http', WORKER_PORT: '-1' });
    expect(await launcher.exited).toBe(1);
    expect(launcher.output()).toMatch(/config-invalid: PORT: .*\n.*WORKER_PORT: /);
    expect(launcher.output()).not.toContain('starting');
  });

  it('knows the same people when started again, goes on when its database is killed, and ends when it is killed itself', async () => {
    expect(await watchpost('people')).toContain('Ada');
    expect(readdirSync(demoDir)).toEqual(['feeds.yaml', 'postgres', 'quarantine-key']);
    const launcher = launch();
    const page = await launcher.page();
    await until('the man of the first picture is Ada again', async () => (await results(page)).includes('Ada'), 60_000, askMs);
    const pictures = async (): Promise<number> => (await results(page)).split('<img').length;
    process.kill(Number(readFileSync(path.join(demoDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    await until('the database is started again', () => launcher.output().includes('the embedded database ended unexpectedly'));
    const before = await pictures();
    await until('results go on', async () => (await pictures()) > before, 60_000, askMs);

    const family = descendants(launcher.process.pid ?? 0);
    launcher.process.kill('SIGKILL');
    const remaining = (): unknown[] => [...family.filter((pid) => isAlive(pid)), ...processesThatName(dataDir)];
    await until('its processes have noticed', () => remaining().length === 0, 40_000);
    expect(await watchpost('people')).toContain('Ada');
  });
});

/** Names a face as a newcomer does: by clicking on the page. */
async function nameByClick(page: string, unknown: string, name: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const tab = await browser.newPage();
    await tab.goto(page);
    const width = 'document.querySelector("[data-panel] img").naturalWidth';
    await expect.poll(async () => tab.evaluate(width), { timeout: 10_000 }).toBe(1280);
    const post = tab.locator('article', { hasText: unknown }).first();
    await post.getByRole('button', { name: 'This is…' }).first().click();
    await tab.getByRole('dialog').getByRole('textbox', { name: 'Or a new name' }).fill(name);
    await tab.getByRole('button', { name: 'Save' }).click();
    await tab.getByText('Only visible to you').first().waitFor();
    await tab
      .locator('article', { hasText: `1: ${name}` })
      .first()
      .waitFor();
  } finally {
    await browser.close();
  }
}

/** What readers of the demonstration's feeds see, and what they do not. `get`: the text of an address below /feeds. */
async function checkNewsroom(get: (address: string) => Promise<string>): Promise<void> {
  const shown = await until(
    'what the editor approved is published, with its picture',
    async () => {
      const text = await get('newsroom/entries');
      return text.includes('no car is missing') && text.includes('"state":"there"') && text;
    },
    60_000,
    askMs,
  );
  expect(shown).not.toMatch(/off the record|Unconfirmed/);
  expect(await get('newsroom/page')).toMatch(/The garage door is stuck[\s\S]*<\/html>/);
  await until('the board says who was there', async () => /Mia|Ada/.test(await get('who-was-there')), 30_000, askMs);
  expect(await get('who-was-there')).not.toMatch(/Postman|Unknown \d/);
}
