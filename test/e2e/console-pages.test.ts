import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { postgres, type Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const pages = [
  '/',
  '/people',
  '/unknowns',
  '/cameras',
  '/thresholds',
  '/queue',
  '/rules',
  '/violations',
  '/feeds',
  '/schedule',
  '/log',
  '/system',
  '/nowhere',
];

describe.skipIf(!hasBrowser)('the console in a browser', () => {
  let server: Service;
  let rig: ConsoleRig;
  let browser: Browser;
  let tab: Page;
  let address: string;
  const faults: string[] = [];

  beforeAll(async () => {
    server = await postgres();
    rig = await startConsole({ POSTGRES_URL: server.url });
    address = await rig.listen();
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    tab = await context.newPage();
    tab.setDefaultTimeout(8_000);
    tab.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(address) && !url.startsWith('blob:')) faults.push(`asked for ${url}`);
    });
    tab.on('pageerror', (error) => faults.push(String(error)));
    tab.on('console', (message) => {
      // What the policy refused, and errors of scripts; a refused sign-in is meant.
      if (message.type() === 'error' && !/status of (401|503)/.test(message.text())) faults.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.close();
    await server?.stop();
  });
  const serious = async (): Promise<string[]> => {
    const { violations } = await tab.evaluate<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>(
      `${axe.source}; axe.run(document, { resultTypes: ['violations'] })`,
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120) ?? ''}`);
  };

  it('asks for the password, says when it is wrong, and shows afterwards what was asked for', async () => {
    await tab.goto(`${address}/system?from=a-bookmark`);
    await tab.getByLabel('Password').fill('not the password');
    await tab.keyboard.press('Enter');
    await tab.getByText('This is not the password.').waitFor();
    expect(await serious()).toEqual([]);
    await tab.getByLabel('Password').fill(consolePassword);
    await tab.keyboard.press('Enter');
    await tab.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    expect(new URL(tab.url()).search).toBe('?from=a-bookmark');
  });

  it.each(pages)('shows %s without a fault, at both widths, light and dark, and axe finds nothing serious', async (path) => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      await tab.setViewportSize({ width, height: 840 });
      await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await tab.goto(`${address}${path}`);
      await tab.locator('main h1').waitFor();
      await expect.poll(async () => tab.locator('[aria-label="Loading"]').count(), { timeout: 8_000 }).toBe(0);
      expect(await tab.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBeLessThanOrEqual(
        0,
      );
      expect(await serious()).toEqual([]);
    }
    expect(faults.splice(0)).toEqual([]);
  });

  it('is led by keyboard: to the page past the navigation, into the drawer of a phone and out again', async () => {
    await tab.setViewportSize({ width: 390, height: 840 });
    await tab.goto(`${address}/log`);
    await tab.locator('main h1').waitFor();
    await tab.keyboard.press('Tab');
    expect(await tab.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
    await tab.getByRole('button', { name: 'More' }).click();
    await tab.getByRole('dialog', { name: 'All pages' }).waitFor();
    expect(await serious()).toEqual([]);
    await tab.keyboard.press('Escape');
    await expect.poll(async () => tab.getByRole('dialog').count()).toBe(0);
    await tab.getByRole('button', { name: 'More' }).click();
    await tab.getByRole('dialog').getByRole('link', { name: 'System' }).click();
    await tab.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    await expect.poll(async () => tab.evaluate('document.activeElement.tagName')).toBe('H1');
    expect(await tab.title()).toBe('System · watchpost');
  });

  it('shows at once what somebody else did, and ends when the session is ended elsewhere', async () => {
    await tab.setViewportSize({ width: 1280, height: 840 });
    await tab.goto(`${address}/log?source=sign-in`);
    await tab.getByText('Signed in').first().waitFor();
    const headers = { host: 'localhost' };
    await rig.app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers,
      payload: { password: 'a wrong one' },
      remoteAddress: '10.20.30.40',
    });
    await tab.getByText('10.20.30.40').waitFor();
    const { cookies } = await rig.app.inject({ method: 'POST', url: '/api/sign-in', headers, payload: { password: consolePassword } });
    const cookie = `watchpost=${cookies[0]!.value}`;
    const { csrfToken } = (await rig.app.inject({ url: '/api/session', headers: { ...headers, cookie } })).json();
    await rig.app.inject({ method: 'POST', url: '/api/sign-out/everywhere', headers: { ...headers, cookie, 'x-csrf-token': csrfToken } });
    await tab.getByLabel('Password').waitFor();
    expect(await tab.getByText('10.20.30.40').count()).toBe(0);
    faults.splice(0);
  });

  it('asks for no changes any more once one has signed out, even where the stream was refused', async () => {
    const page = await tab.context().newPage();
    let asked = 0;
    await page.route('**/api/live', async (route) => {
      asked += 1;
      await route.fulfill({ status: 429, json: { error: 'request-rate-limited', message: 'too many' } });
    });
    await page.clock.install();
    await page.goto(`${address}/log`);
    await page.getByLabel('Password').fill(consolePassword);
    await page.keyboard.press('Enter');
    await page.getByText('The connection is lost').waitFor();
    await page.clock.fastForward(3_500);
    await expect.poll(() => asked).toBe(2);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByLabel('Password').waitFor();
    await page.clock.fastForward(10_000);
    await page.evaluate('fetch("/api/session")');
    expect(asked).toBe(2);
    await page.close();
  });
});
