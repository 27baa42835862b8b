import { fillDatabase } from '@watchpost/bench/console/fill';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleTokens, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const never = new AbortController().signal;
const backend = oneOfEachBackend.find(({ name }) => name === 'PostgreSQL')!;
const people = 10_000;

describeWith(backend.needs, 'the page People with 10,000 of them', () => {
  let server: Service;
  let storage: Record<string, string>;
  let rig: ConsoleRig;
  let browser: Browser;
  let tab: Page;
  /** Requests for pages of the list. */
  const asked: string[] = [];

  beforeAll(async () => {
    server = await backend.start();
    storage = { POSTGRES_URL: server.url };
    await fillDatabase(storage, { people, sightings: 1_000, records: 0, visits: 0, changes: 0 }, never);
    rig = await startConsole(storage);
    browser = await openBrowser();
    tab = await browser.newPage({
      viewport: { width: 1280, height: 860 },
      extraHTTPHeaders: { authorization: `Bearer ${consoleTokens.admin}` },
    });
    tab.setDefaultTimeout(8_000);
    // Their pictures are not what is looked at here.
    await tab.route('**/crop', async (route) => route.abort());
    tab.on('request', (request) => {
      if (request.url().includes('/api/people?') && request.url().includes('limit=120')) asked.push(request.url());
    });
    await tab.goto(`${await rig.listen()}/people?sort=name`);
    await tab.locator('.person-card').first().waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await rig?.close();
    await emptyGallery(storage);
    await server?.stop();
  });

  const drawn = async (): Promise<number> => tab.locator('.person-card').count();
  const lastDrawn = async (): Promise<number> =>
    tab.evaluate<number>(`Math.max(0, ...[...document.querySelectorAll('[aria-posinset]')].map((each) => Number(each.ariaPosInSet)))`);

  it.runIf(hasBrowser)('draws those near the window only, and scrolling to the end reaches the last', async () => {
    const mostDrawn: number[] = [];
    await expect
      .poll(
        async () => {
          await tab.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
          mostDrawn.push(await drawn());
          return lastDrawn();
        },
        { timeout: 30_000, interval: 20 },
      )
      .toBe(people);
    expect(Math.max(...mostDrawn)).toBeLessThan(100);
    expect(await tab.locator('[aria-posinset="1"]').count()).toBe(0);
    expect(asked).toHaveLength(Math.ceil(people / 120));
    // Each page was asked for once.
    expect(new Set(asked).size).toBe(asked.length);
  });

  it.runIf(hasBrowser)('shows there what others change, without reading all the rest anew', async () => {
    asked.length = 0;
    const name = await tab.locator(`[aria-posinset="${String(people)}"] strong`).textContent();
    const { items } = (await rig.as('viewer', 'GET', `/api/people?q=${encodeURIComponent(name ?? '')}`)).json();
    await rig.as('editor', 'POST', `/api/people/${String(items[0].id)}/name`, { to: `${name ?? ''} the Last` });
    // Much changes: each tells every page.
    const traffic = setInterval(() => rig.live.announce({ topic: 'people' }), 100);
    try {
      await tab.getByText(`${name ?? ''} the Last`).waitFor();
      await expect.poll(() => asked.length).toBeGreaterThan(2);
    } finally {
      clearInterval(traffic);
    }
    // At most two pages are in view, of 84.
    expect(new Set(asked).size).toBeLessThan(3);
    expect(await lastDrawn()).toBe(people);
  });
});
