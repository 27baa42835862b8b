import axe from 'axe-core';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleTokens } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { filledCamera, filledPerson, startFilledConsole, type FilledConsole } from '../support/pages-filled.ts';
import { postgres, type Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const person = `/people/${filledPerson}`;
const camera = encodeURIComponent(filledCamera);
const looks = [
  [1280, 'light'],
  [390, 'light'],
  [390, 'dark'],
  [1280, 'dark'],
] as const;

describeWith(['postgres'], 'each page with something on it, wide and narrow, light and dark', () => {
  let server: Service;
  let rig: FilledConsole;
  let browser: Browser;
  let tab: Page;
  let session: CDPSession;
  let url: string;
  const faults: string[] = [];

  beforeAll(async () => {
    server = await postgres();
    rig = await startFilledConsole({ POSTGRES_URL: server.url });
    url = await rig.listen();
    browser = await openBrowser();
    tab = await browser.newPage({ extraHTTPHeaders: { authorization: `Bearer ${consoleTokens.admin}` } });
    tab.setDefaultTimeout(8_000);
    tab.on('pageerror', (error) => faults.push(String(error)));
    session = await tab.context().newCDPSession(tab);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await rig?.end();
    await server?.stop();
  });

  const ask = async <T>(expression: string): Promise<T> => {
    // The page's policy would refuse a script of ours: the browser itself runs it.
    const { result } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    return result.value;
  };
  /** What axe finds serious. What a look can change is contrast; the rest is looked at once for each width. */
  const serious = async (rules: 'all' | 'contrast'): Promise<string[]> =>
    ask(`axe.run(document, { resultTypes: ['violations']${rules === 'all' ? '' : ", runOnly: ['color-contrast']"} }).then(({ violations }) =>
      violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 140)))`);
  /** What is wider than the page. Tables scroll by themselves, and a face is cut out of its whole picture. */
  const tooWide = async (): Promise<string[]> =>
    ask(`[...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1 &&
      !each.closest('.table-wrap, .face.cut, .tabs, .visually-hidden')).map((each) => each.outerHTML.slice(0, 90)).slice(0, 5)`);

  /** What is laid out badly: the parts of a folded cell far apart, a row of bars beside empty space, a chart that cuts off its last time. */
  const misplaced = async (): Promise<string[]> =>
    ask(`[
      ...[...document.querySelectorAll('.table.folds td')].filter((each) => getComputedStyle(each).display === 'flex' && each.childNodes.length > 1),
      ...[...document.querySelectorAll('.camera-page .sparkline')].filter((each) => each.clientWidth < each.parentElement.clientWidth - 1),
      ...[...document.querySelectorAll('.u-over')].filter((each) => each.getBoundingClientRect().right > each.closest('.uplot').getBoundingClientRect().right - 30),
    ].map((each) => each.outerHTML.slice(0, 90)).slice(0, 5)`);

  it
    .runIf(hasBrowser)
    .each([
      '/',
      '/?order=camera',
      '/people',
      person,
      `${person}?tab=sightings`,
      `${person}?tab=faces`,
      `${person}?tab=history`,
      `${person}?tab=privacy`,
      '/unknowns',
      '/unknowns?view=unsure',
      '/pictures/slack-known',
      '/cameras',
      `/cameras?camera=${camera}`,
      '/thresholds?one-in=50000',
      '/queue',
      '/rules',
      '/rules?edit=new',
      '/rules?tab=try',
      '/violations',
      '/feeds',
      '/feeds/news',
      '/schedule',
      '/log',
      '/system',
      '/system?tab=data',
      '/system?tab=receipts&receipt=VERIFIED',
      '/system?tab=receipts&receipt=STUCK',
      '/system?tab=examination',
    ])('%s', async (path) => {
    await tab.goto(url + path.replace('VERIFIED', rig.receipts.verified).replace('STUCK', rig.receipts.stuck));
    await tab.locator('main h1').waitFor();
    await expect.poll(async () => tab.locator('[aria-label="Loading"]').count(), { timeout: 8_000 }).toBe(0);
    expect(await tab.locator('main .empty').count()).toBe(0);
    await ask(axe.source);
    for (const [width, colorScheme] of looks) {
      await tab.setViewportSize({ width, height: 844 });
      await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // Colours change over a moment.
      await ask(
        'new Promise(requestAnimationFrame).then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))',
      );
      expect(await ask('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBeLessThanOrEqual(0);
      expect(await tooWide()).toEqual([]);
      expect(await misplaced()).toEqual([]);
      expect(await serious(colorScheme === 'light' ? 'all' : 'contrast')).toEqual([]);
    }
    expect(faults.splice(0)).toEqual([]);
  });
});
