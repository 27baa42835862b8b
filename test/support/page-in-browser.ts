import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { consoleTokens } from './console-rig.ts';
import { postgres, type Service } from './services.ts';
import { openBrowser } from './slack-page-rig.ts';

interface OpenOptions {
  /** As whom; null: nobody, so that the page asks for the password. */
  role?: keyof typeof consoleTokens | null;
  width?: number;
  dark?: boolean;
  reducedMotion?: boolean;
}

/** A console on PostgreSQL and a browser, for the tests of one `describe`; each opens its own pages. */
export interface PagesInBrowser<R> {
  rig: () => R;
  page: () => Page;
  /** Opens an address of the console in a browser of its own. */
  open: (path: string, options?: OpenOptions) => Promise<void>;
  /** Goes to another one in the same. */
  goto: (path: string) => Promise<void>;
  button: (name: string | RegExp) => ReturnType<Page['getByRole']>;
}

/** To be called in a `describe`. Whatever goes wrong in a page fails the test that opened it. */
export function pagesInBrowser<R extends { listen: () => Promise<string>; end: () => Promise<void> }>(
  start: (storage: { POSTGRES_URL: string }) => Promise<R>,
): PagesInBrowser<R> {
  let server: Service;
  let browser: Browser;
  let rig: R;
  let url: string;
  let page: Page | null = null;
  const faults: string[] = [];

  beforeAll(async () => {
    server = await postgres();
    rig = await start({ POSTGRES_URL: server.url });
    url = await rig.listen();
    browser = await openBrowser();
  }, 60_000);
  afterEach(async () => {
    await page?.context().close();
    page = null;
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.end();
    await server?.stop();
  });

  const shown = (): Page => {
    if (!page) throw new Error('no page is open');
    return page;
  };
  return {
    rig: () => rig,
    page: shown,
    open: async (path, { role = 'admin', width = 1280, dark = false, reducedMotion = false } = {}) => {
      await page?.context().close();
      const context = await browser.newContext({
        viewport: { width, height: 844 },
        colorScheme: dark ? 'dark' : 'light',
        reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
        ...(role !== null && { extraHTTPHeaders: { authorization: `Bearer ${consoleTokens[role]}` } }),
      });
      page = await context.newPage();
      page.setDefaultTimeout(8_000);
      page.on('pageerror', (error) => faults.push(String(error)));
      // What the policy refused; that something is not there, a test may want.
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
      });
      await page.goto(`${url}${path}`);
    },
    goto: async (path) => {
      await shown().goto(`${url}${path}`);
    },
    button: (name) => shown().getByRole('button', typeof name === 'string' ? { name, exact: true } : { name }),
  };
}
