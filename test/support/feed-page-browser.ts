/* oxlint-disable vitest/require-top-level-describe -- this file prepares the tests of whoever calls it */
import type { FeedSite } from '@watchpost/feeds/feed';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type FeedPageRig, startFeedPage } from './feed-page-rig.ts';
import { feedOf } from './feed-samples.ts';
import { openBrowser } from './slack-page-rig.ts';

/** For each test of a block: a feed without messages, and a tab that shows its page once it is opened. What the browser complains about fails the test. */
export function feedPageInBrowser(site: () => Partial<FeedSite> = () => ({})) {
  let browser: Browser | undefined;
  let rig: FeedPageRig | undefined;
  let tab: Page | undefined;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    rig = await startFeedPage(feedOf({ headline: 'Council night', description: '<p>From the chamber.</p>' }), site());
  });
  afterEach(async () => {
    await tab?.close();
    await rig?.close();
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
  });
  afterAll(async () => browser?.close());

  const open = async (options: BrowserContextOptions = {}, path = '/page'): Promise<void> => {
    tab = await browser!.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    tab.setDefaultTimeout(6_000);
    // Connections that a test breaks are meant.
    tab.on('console', (message) => message.type() === 'error' && !/ERR_|status of 503/.test(message.text()) && faults.push(message.text()));
    tab.on('pageerror', (error) => faults.push(String(error)));
    await tab.goto(`${rig!.url}${path}`);
  };
  const texts = async () => tab!.locator('#entries .text').allTextContents();
  return {
    get rig() {
      return rig!;
    },
    get tab() {
      return tab!;
    },
    open,
    openLive: async (options: BrowserContextOptions = {}, path = '/page'): Promise<void> => {
      await open(options, path);
      await tab!.getByText('Live', { exact: true }).waitFor();
    },
    /** What the entries say, from top to bottom. */
    texts,
    shows: async (...expected: string[]) => expect.poll(texts).toEqual(expected),
    topOf: async (text: string) => (await tab!.getByText(text, { exact: true }).boundingBox())!.y,
  };
}
