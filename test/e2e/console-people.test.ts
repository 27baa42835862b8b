import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const never = new AbortController().signal;
/** Browsers take their time where much runs at once. */
const poll = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 8_000 });
const [backend] = oneOfEachBackend.filter(({ name }) => name === 'PostgreSQL');

describe.skipIf(!hasBrowser)('the pages People, Person and Unknowns', () => {
  describeWith(['postgres'], 'in Chromium', () => {
    let server: Service;
    let rig: ConsoleRig;
    let storage: Record<string, string>;
    let browser: Browser;
    let url: string;
    let tab: Page;
    const faults: string[] = [];

    beforeAll(async () => {
      server = await backend!.start();
      storage = { POSTGRES_URL: server.url };
      await fillDatabase(storage, { people: 40, sightings: 1_500, records: 0, visits: 0, changes: 20 }, never);
      rig = await startConsole(storage);
      url = await rig.listen();
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser.close();
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
    });
    beforeEach(async () => {
      tab = await browser.newPage({ viewport: { width: 1280, height: 860 } });
      tab.setDefaultTimeout(8_000);
      tab.on('pageerror', (error) => faults.push(String(error)));
    });
    afterEach(async () => {
      await tab.close();
      if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
    });

    const open = async (path: string): Promise<void> => {
      await tab.goto(`${url}${path}`);
      await tab.locator('input[type=password]').fill(consolePassword);
      await tab.keyboard.press('Enter');
      await tab.locator('h1').waitFor();
    };
    const person = async (index: number) => (await rig.as('viewer', 'GET', `/api/people/${personIdOf(index)}`)).json();
    /** What axe finds serious on the page as it is. The page's policy would refuse a script of ours: the browser itself runs it. */
    const serious = async (): Promise<string[]> => {
      const session = await tab.context().newCDPSession(tab);
      await session.send('Runtime.evaluate', { expression: axe.source });
      const { result } = await session.send('Runtime.evaluate', {
        expression: `axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
        awaitPromise: true,
        returnByValue: true,
      });
      return result.value;
    };

    it('lists, searches and merges people, and takes it back', async () => {
      await open('/people');
      await poll(async () => tab.locator('.person-card').count()).toBeGreaterThan(9);
      expect(await serious()).toEqual([]);
      await tab.getByPlaceholder('Search by name, alias or number').fill('fatima');
      await poll(async () => (await tab.locator('.person-card strong').allTextContents()).toSorted()).toEqual([
        'Fatima Håkansson',
        'Fatima Lovelace',
      ]);
      expect(new URL(tab.url()).searchParams.get('q')).toBe('fatima');
      await tab.getByLabel('Select Fatima Lovelace').check();
      await tab.getByLabel('Select Fatima Håkansson').check();
      await tab.getByRole('button', { name: 'Merge', exact: true }).click();
      const dialog = tab.getByRole('dialog');
      await dialog.getByText('stays', { exact: true }).waitFor();
      expect(await serious()).toEqual([]);
      await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
      await poll(async () => (await person(25)).id).toBe(personIdOf(5));
      await tab.getByRole('button', { name: 'Undo' }).click();
      await poll(async () => (await person(25)).id).toBe(personIdOf(25));
    });

    it('names unknowns by keyboard alone, and undoes the last', async () => {
      await open('/unknowns');
      const first = tab.locator('.group').first();
      await first.waitFor();
      await poll(async () => tab.getByText('Comparing faces').count()).toBe(0);
      expect(await serious()).toEqual([]);
      const title = await first.locator('strong a').textContent();
      await first.focus();
      await tab.keyboard.type('Yuki Tanaka');
      await tab.keyboard.press('Enter');
      await poll(async () => (await rig.as('viewer', 'GET', '/api/people?q=yuki')).json().items.length).toBe(1);
      await poll(async () => tab.locator('.group').first().locator('strong a').textContent()).not.toBe(title);
      // The next group has the focus.
      await poll(async () => tab.locator('.group:focus').count()).toBe(1);
      await tab.keyboard.press('u');
      await poll(async () => (await rig.as('viewer', 'GET', '/api/people?q=yuki')).json().items.length).toBe(0);
      await poll(async () => tab.locator('.group').first().locator('strong a').textContent()).toBe(title);
    });

    it('asks about faces that nobody is sure of', async () => {
      await open('/unknowns?view=unsure');
      const question = tab.locator('.unsure').first();
      await question.waitFor();
      expect(await serious()).toEqual([]);
      // The first face of the picture: people count from one.
      expect(await question.locator('a[href^="/pictures/"]').getAttribute('href')).toMatch(/\?face=1$/);
      const count = (await rig.as('viewer', 'GET', '/api/unsure-faces')).json().items.length;
      await question.focus();
      await tab.keyboard.press('y');
      await poll(async () => (await rig.as('viewer', 'GET', '/api/unsure-faces')).json().items.length).toBe(count - 1);
    });

    it('shows a person: every tab, renaming, splitting by pictures, undo by entry', async () => {
      await open(`/people/${personIdOf(2)}`);
      await tab.getByText('Hours of the day').waitFor();
      expect(await serious()).toEqual([]);
      await tab.getByRole('button', { name: 'Rename' }).click();
      await tab.getByLabel('Name', { exact: true }).fill('Chloé Martin');
      const asked: string[] = [];
      tab.on('request', (request) => request.method() === 'POST' && asked.push(new URL(request.url()).pathname));
      await tab.keyboard.press('Enter');
      await tab.keyboard.press('Enter');
      await tab.getByRole('heading', { level: 1, name: 'Chloé Martin' }).waitFor();
      expect(asked).toEqual([`/api/people/${personIdOf(2)}/name`]);
      await tab.getByRole('link', { name: 'Sightings', exact: true }).click();
      await tab.locator('.day-visits li').first().waitFor();
      expect(await serious()).toEqual([]);
      await tab.getByRole('link', { name: /^Faces/ }).click();
      await tab.locator('.face-tile input').first().check();
      await tab.getByRole('button', { name: 'Split off' }).click();
      await tab.getByRole('dialog').getByRole('button', { name: 'Split', exact: true }).click();
      await poll(async () => (await person(2)).notSame.length).toBe(1);
      await tab.getByRole('link', { name: 'History', exact: true }).click();
      await tab.locator('main').getByRole('button', { name: 'Undo' }).first().click();
      await poll(async () => (await person(2)).faces).toBe(3);
      expect(await serious()).toEqual([]);
    });
  });
});
