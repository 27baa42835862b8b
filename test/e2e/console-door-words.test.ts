import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { postgres, type Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

describe.skipIf(!hasBrowser)('what the sign-in of the console says', () => {
  let server: Service;
  let browser: Browser;
  let rig: ConsoleRig;
  let page: Page;

  beforeAll(async () => {
    server = await postgres();
    // Loopback keeps cookies that are for https only; other names do not.
    browser = await openBrowser('--host-resolver-rules=MAP watchpost.lan 127.0.0.1');
  }, 60_000);
  afterEach(async () => {
    await page?.context().close();
    await rig?.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  const open = async (name: string, path: string, env = {}): Promise<void> => {
    rig = await startConsole({ POSTGRES_URL: server.url }, { env });
    const url = new URL(await rig.listen());
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(8_000);
    await page.goto(`http://${name}:${url.port}${path}`);
  };

  it.each([
    ['with a password', {}],
    ['without one', { CONSOLE_PASSWORD: '' }],
  ])('says that a link is used or too old, %s', async (_what, env) => {
    await open('127.0.0.1', '/people#code=wrong', { ...env, CONSOLE_LINK_CODE: 'the-code-of-the-terminal-0123456789' });
    await page.waitForLoadState('networkidle');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expect.poll(async () => page.getByRole('alert').allTextContents()).toEqual([expect.stringContaining('This link has been used')]);
  });

  it.each([
    [
      'the link that one comes in by',
      { CONSOLE_LINK_CODE: 'the-code-of-the-terminal-0123456789' },
      /^The link that npm start has printed /,
    ],
    ['who else lets people in', { CONSOLE_TOKENS: 'prometheus:viewer:0123456789abcdef01234567' }, /^No password is set for this console\./],
  ])('names, where there is no password, %s', async (_what, env, words) => {
    await open('127.0.0.1', '/people', { CONSOLE_PASSWORD: '', CONSOLE_TOKENS: '', ...env });
    await expect.poll(async () => page.locator('.signing-in .notice').allTextContents()).toEqual([expect.stringMatching(words)]);
  });

  it('says where to open it when the browser keeps no cookie', async () => {
    await open('watchpost.lan', '/', { CONSOLE_URL: 'https://watch.example' });
    await page.getByLabel('Password').fill(consolePassword);
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => page.getByRole('alert').allTextContents())
      .toEqual([expect.stringContaining('would not keep the cookie: open the console at https://watch.example')]);
  });

  it('leads the focus to the page that it opens', async () => {
    await open('127.0.0.1', '/people');
    await page.getByLabel('Password').fill(consolePassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await expect.poll(async () => page.evaluate('document.activeElement.tagName')).toBe('H1');
  });

  it.each([
    ['cannot be read', '/people/%E0%A4%A'],
    ['is longer than any', `/people/${'x'.repeat(400)}`],
  ])('says that nobody is at an address that %s', async (_what, path) => {
    await open('127.0.0.1', path);
    await page.getByLabel('Password').fill(consolePassword);
    await page.keyboard.press('Enter');
    await page.getByText('Nobody is here').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
