import type { PeoplePage, PersonRow } from '@watchpost/console/api/people/schema';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleTokens, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { postgres, type Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const people = 10_000;
const pageSize = 120;

describeWith(['postgres'], 'the page People with 10,000 of them', () => {
  let server: Service;
  let rig: ConsoleRig;
  let browser: Browser;
  let tab: Page;
  /** The cursors of the pages that were asked for. */
  const asked: string[] = [];
  const rows = Array.from({ length: people }, (_, index): PersonRow => {
    const name = `Person ${String(index + 1).padStart(5, '0')}`;
    const numbers = { faces: 3, sightings: 12, number: null };
    return { id: `person-${String(index)}`, name, status: 'named', aliases: [], face: null, lastSeen: null, mayBe: null, ...numbers };
  });

  const answer = (address: string): PeoplePage => {
    const query = new URL(address).searchParams;
    const counts = { all: people, named: people, unknown: 0, ignored: 0 };
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit'));
    if (limit === pageSize) asked.push(String(from));
    return { items: rows.slice(from, from + limit), next: from + limit < people ? String(from + limit) : null, counts, found: people };
  };

  beforeAll(async () => {
    server = await postgres();
    rig = await startConsole({ POSTGRES_URL: server.url });
    const address = await rig.listen();
    browser = await openBrowser();
    tab = await browser.newPage({
      viewport: { width: 1280, height: 860 },
      extraHTTPHeaders: { authorization: `Bearer ${consoleTokens.admin}` },
    });
    tab.setDefaultTimeout(8_000);
    // The list is all that matters here; the API's own tests have a database with so many.
    await tab.route('**/api/people?*', async (route) => route.fulfill({ json: answer(route.request().url()) }));
    await tab.goto(`${address}/people?sort=name`);
    await tab.locator('.person-card').first().waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await rig?.close();
    await server?.stop();
  });

  const lastDrawn = async (): Promise<number> =>
    tab.evaluate<number>(`Math.max(0, ...[...document.querySelectorAll('[aria-posinset]')].map((each) => Number(each.ariaPosInSet)))`);

  it.runIf(hasBrowser)('draws those near the window only, and scrolling to the end reaches the last', async () => {
    const drawn: number[] = [];
    await expect
      .poll(
        async () => {
          await tab.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
          drawn.push(await tab.locator('.person-card').count());
          return lastDrawn();
        },
        { timeout: 40_000, interval: 10 },
      )
      .toBe(people);
    expect(Math.max(...drawn)).toBeLessThan(100);
    expect(await tab.locator('[aria-posinset="1"]').count()).toBe(0);
    // Each page was asked for, most of them once: what changes meanwhile is asked for again where it is in view.
    expect(new Set(asked).size).toBe(Math.ceil(people / pageSize));
    expect(asked.length).toBeLessThan(100);
  });

  it.runIf(hasBrowser)('shows there what others change, without reading all the rest anew', async () => {
    asked.length = 0;
    const last = rows.at(-1)!;
    last.name = 'Zuletzt';
    // Much changes: each tells every page.
    const traffic = setInterval(() => rig.live.announce({ topic: 'people' }), 100);
    try {
      await tab.getByText('Zuletzt').waitFor();
      await expect.poll(() => asked.length, { timeout: 8_000 }).toBeGreaterThan(2);
    } finally {
      clearInterval(traffic);
    }
    expect(asked.every((cursor) => Number(cursor) >= people - 2 * pageSize)).toBe(true);
    expect(await lastDrawn()).toBe(people);
  });
});
