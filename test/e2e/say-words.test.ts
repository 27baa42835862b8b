import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sessionIdleMs } from '@watchpost/console/sign-in/sessions';
import type { CameraOfPage } from '@watchpost/console/api/cameras/schema';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { Client } from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consolePassword, consoleTokens, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { namePerson } from '../support/start-gallery.ts';
import { face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { never } from '../support/each-store.ts';
import { postgres, type Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

describe.skipIf(!hasBrowser)('what operators read in the console', () => {
  let server: Service;
  let browser: Browser;
  let rig: ConsoleRig;
  let url: string;
  let page: Page;
  beforeAll(async () => {
    server = await postgres();
    browser = await openBrowser();
    rig = await startConsole({ POSTGRES_URL: server.url });
    url = await rig.listen();
  }, 60_000);
  afterEach(async () => page?.context().close());
  afterAll(async () => {
    await browser?.close();
    await rig?.close();
    await server?.stop();
  });
  const sql = async (text: string): Promise<void> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(text);
    await client.end();
  };
  const open = async (at: string, headers: Record<string, string> = {}): Promise<void> => {
    page = await (await browser.newContext({ extraHTTPHeaders: headers })).newPage();
    page.setDefaultTimeout(8_000);
    await page.goto(url + at);
  };
  const signIn = async (): Promise<void> => {
    await page.getByLabel('Password').fill(consolePassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Log', level: 1 }).waitFor();
  };
  const told = (): Promise<string[]> => page.getByRole('status').allTextContents();

  it('why the session ended, and after the sign-in the page is the one that it was', async () => {
    await open('/log?source=rules&actor=cli');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.locator('.notice').count()).toBe(0);
    await signIn();
    await sql(
      `UPDATE watchpost.documents SET expires_at = now() - interval '1 s', at = now() - interval '${String(sessionIdleMs)} ms' WHERE kind = 'console-session'`,
    );
    await page.reload();
    await expect.poll(told).toEqual([expect.stringContaining('nobody used it for 12 hours')]);
    await signIn();
    expect(new URL(page.url()).search).toBe('?source=rules&actor=cli');
    // While the page is open.
    await sql(`DELETE FROM watchpost.documents WHERE kind = 'console-session'`);
    await page.getByLabel('What was changed').selectOption('people');
    await expect.poll(told).toEqual([expect.stringContaining('ended from another browser')]);
    await signIn();
    expect(new URL(page.url()).search).toBe('?source=people&actor=cli');
  });

  it('that the database was replaced, and then in the log who did it', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'say-words-'));
    try {
      const file = path.join(folder, 'backup.gz');
      await exportArchive(rig.parts.database, file, {}, never);
      await open('/log');
      await signIn();
      const by = { actor: { id: 'cli:grace', where: 'box-7' }, what: 'restored' as const };
      await restoreArchive(rig.parts.database, file, { replace: true, by }, never);
      await expect.poll(told).toEqual([expect.stringContaining('the database was replaced')]);
      await signIn();
      const entry = page.locator('.log-entry', { hasText: 'Restored the backup of' });
      await expect.poll(async () => entry.textContent()).toMatch(/cli:grace · box-7Backups$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('nothing about a session to whoever has none, or has signed out', async () => {
    await open('/log');
    const cookie = { name: 'watchpost', value: 'x'.repeat(43), url };
    await page.context().addCookies([cookie]);
    await page.reload();
    await expect.poll(told).toEqual(['Your session has ended.']);
    await signIn();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.locator('.notice').count()).toBe(0);
  });

  it('names that are written from right to left in the order in which they were given', async () => {
    const { parts } = rig;
    await parts.gallery.recognise(snapshotInfo(), [face(strangerVector(1))], never);
    const cli = { id: 'cli' };
    await namePerson(parts, 'Unknown 1', 'שרה', cli);
    await namePerson(parts, 'שרה', 'محمد', cli);
    await open('/log?source=people', { authorization: `Bearer ${consoleTokens.viewer}` });
    const names = page.locator('.log-entry').first().locator('bdi');
    await names.first().waitFor();
    expect(await names.allTextContents()).toEqual(['שרה', 'محمد']);
    const [former, now] = await Promise.all([names.nth(0).boundingBox(), names.nth(1).boundingBox()]);
    expect(former!.x + former!.width).toBeLessThan(now!.x);
  });

  it('the one camera of many that they look for', async () => {
    const cameras = Array.from({ length: 200 }, (_, index): CameraOfPage => {
      const camera = `Tor ${String(index)}`;
      const rest = { hours: [], outcomes: {}, total: 0, last: null, latency: null, advice: null, set: 0 };
      return { ...rest, place: `slack:C1/${camera}`, channel: 'slack:C1', camera };
    });
    await open('/people', { authorization: `Bearer ${consoleTokens.viewer}` });
    await page.route('**/api/cameras', async (route) => route.fulfill({ json: { cameras, toMs: Date.now() } }));
    await page.goto(`${url}/cameras`);
    const shown = page.locator('.camera h2');
    await expect.poll(async () => shown.count()).toBe(200);
    await page.getByLabel('Search by name').fill('tor 123');
    await expect.poll(async () => shown.allTextContents()).toEqual(['Tor 123']);
    expect(new URL(page.url()).search).toBe('?q=tor+123');
    await page.getByLabel('Search by name').fill('nowhere');
    await page.getByText('No camera is called that').waitFor();
  });

  it('what is kept, without marks of the documents from which it comes', async () => {
    await open('/system?tab=data', { authorization: `Bearer ${consoleTokens.viewer}` });
    await page.getByText('docs/operations.md').waitFor();
    expect(await page.locator('main').textContent()).not.toMatch(/\]\(|`/);
  });
});
