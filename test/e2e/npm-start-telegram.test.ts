import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '@watchpost/bench/servers/server';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { frameWith } from '../support/pictures.ts';
import { descendants, isAlive } from '../support/process-tree.ts';
import { fromRoot } from '../support/root.ts';
import { openBrowser } from '../support/slack-page-rig.ts';
import { startScript } from '../support/start-script.ts';
import { until } from '../support/until.ts';

describe('npm start -- --telegram with nothing set', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-telegram-'));
  const unset = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:SLACK_|READ_|WRITE_|TELEGRAM_|REDIS_|MONGO_|POSTGRES_|VITEST|NODE_)/.test(name)),
  );
  let launcher: ChildProcess | undefined;
  let browser: Browser | undefined;
  let output = '';
  afterAll(async () => {
    await browser?.close();
    launcher?.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });

  it('shows a visit whose stranger is named by a button, learns a face from a photo, and stops', async () => {
    const env = { ...unset, DATA_DIR: dataDir, PORT: String(await freePort()), WORKER_PORT: '0' };
    launcher = spawn(process.execPath, [fromRoot(startScript), '--telegram'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [launcher.stdout, launcher.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const page = await until('the page is announced', () => / (http:\/\/127\.0\.0\.1:\d+\/)\n/.exec(output)?.[1], 90_000);
    browser = await openBrowser();
    const tab = await browser.newPage({ viewport: { width: 1280, height: 844 } });
    await tab.goto(page);
    const chat = (name: string | RegExp) => tab.getByRole('navigation').getByRole('button', { name }).click();
    const bubbles = () => tab.locator('article').filter({ visible: true });
    const field = () => tab.getByRole('textbox').filter({ visible: true });
    const say = async (text: string) => {
      await field().fill(text);
      await field().press('Enter');
    };

    await chat(/^watchpost/);
    await tab.getByRole('button', { name: 'START', exact: true }).click();
    await bubbles().filter({ hasText: 'Here is what I can do' }).first().waitFor({ timeout: 20_000 });

    await chat(/^Who was there/);
    const post = bubbles().filter({ hasText: '1: Unknown 1' }).first();
    await post.getByRole('button', { name: 'This is…' }).first().click({ timeout: 60_000 });
    await chat(/^watchpost/);
    await bubbles().filter({ hasText: 'Whose face is this?' }).last().waitFor({ timeout: 20_000 });
    await say('Ada');
    await chat(/^Who was there/);
    await bubbles().filter({ hasText: '1: Ada' }).first().waitFor({ timeout: 30_000 });

    await chat(/^watchpost/);
    const picture = { name: 'grace.png', mimeType: 'image/png', buffer: await frameWith([{ row: 3, column: 13 }]) };
    await tab.locator('[data-panel]:not([hidden]) input[type=file]').setInputFiles([picture]);
    await field().press('Enter');
    await bubbles().last().getByRole('button', { name: 'Learn' }).click({ timeout: 20_000 });
    await bubbles().filter({ hasText: 'Whose face is this?' }).last().waitFor({ timeout: 20_000 });
    await say('Grace Hopper');
    await bubbles().filter({ hasText: 'Learned: this is Grace Hopper' }).first().waitFor({ timeout: 20_000 });
    expect(output).not.toMatch(/ (?:database|worker|ingest) (?:warn|error|fatal) /);

    const family = descendants(launcher.pid ?? 0);
    const exited = new Promise((resolve) => launcher?.once('exit', resolve));
    launcher.kill('SIGINT');
    expect(await exited).toBe(0);
    expect(family.filter((pid) => isAlive(pid))).toEqual([]);
    expect(await readdir(path.join(dataDir, 'demo-telegram'))).toEqual(['postgres', 'quarantine-key']);
  }, 240_000);
});
