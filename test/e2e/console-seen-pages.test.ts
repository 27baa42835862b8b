import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { frameWith } from '../support/pictures.ts';
import { openSeenWorld, seenChannel, type SeenWorld } from '../support/seen-world.ts';
import type { Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const never = new AbortController().signal;
const minute = 60_000;
const gate = encodeURIComponent(`${seenChannel}/Gate`);
const backend = oneOfEachBackend.find(({ name }) => name === 'PostgreSQL')!;
const at = (index: number) => ({ x: 140 + index * 280, y: 205, width: 160, height: 190 });

describeWith(backend.needs, 'the console’s pages about what was seen', () => {
  let server: Service;
  let storage: ReturnType<typeof backend.storage>;
  let world: SeenWorld;
  let rig: ConsoleRig;
  let address: string;
  let browser: Browser;
  let signedIn: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    server = await backend.start();
    storage = backend.storage(server.url);
    world = await openSeenWorld(storage);
    const frame = new Uint8Array(
      await frameWith([
        { row: 0, column: 0 },
        { row: 5, column: 17 },
      ]),
    );
    const nowMs = Date.now();
    await world.post({ id: 'first', camera: 'Gate', atMs: nowMs - 50 * minute }, [{ who: 1, at: at(0) }]);
    await world.gallery.operations.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' }, { id: 'cli:test' }, never);
    world.files.set('known', frame);
    await world.post({ id: 'known', camera: 'Gate', atMs: nowMs - 20 * minute }, [
      { who: 1, alike: 0.84, at: at(0) },
      { who: 2, at: at(1) },
    ]);
    rig = await startConsole(storage, { deps: { platformFor: () => world.platform } });
    address = await rig.listen();
    browser = await openBrowser();
    signedIn = await browser.newContext();
    const tab = await signedIn.newPage();
    await tab.goto(address);
    await tab.getByLabel('Password').fill(consolePassword);
    await tab.keyboard.press('Enter');
    await tab.getByRole('heading', { name: 'Now', level: 1 }).waitFor();
    await tab.close();
  }, 60_000);
  afterEach(async () => page.close());
  afterAll(async () => {
    await browser.close();
    await rig.close();
    await world.close();
    await emptyGallery(storage);
    await server.stop();
  });

  const open = async (path: string): Promise<void> => {
    page = await signedIn.newPage();
    await page.goto(address + path);
  };

  it.runIf(hasBrowser)('shows a visit as it happens, and who it is once somebody says so, with a way back', async () => {
    await open('/');
    await page
      .getByRole('heading', { name: 'Earlier today' })
      .or(page.getByRole('heading', { level: 2 }))
      .first()
      .waitFor();
    await world.post({ id: 'new', camera: 'Loading bay', atMs: Date.now() }, [{ who: 7, at: at(0) }]);
    const visit = page.getByRole('article').filter({ hasText: 'Loading bay' });
    await visit.getByText('Unknown 3').waitFor();
    await visit.getByRole('button', { name: 'This is…' }).click();
    const name = page.getByRole('combobox', { name: 'Name' });
    await name.fill('Grace');
    await name.press('Enter');
    await visit.getByRole('link', { name: 'Grace', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await visit.getByText('Unknown 3').waitFor();
    expect(await visit.getByRole('link', { name: 'Grace', exact: true }).count()).toBe(0);
  });

  it.runIf(hasBrowser)('names whom somebody has typed, also before anybody was offered for that', async () => {
    await open('/pictures/slack-known?face=2');
    await page.getByRole('button', { name: 'This is…' }).click();
    const name = page.getByRole('combobox', { name: 'Name' });
    await page.getByRole('option').first().waitFor();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/names?text=*', async (route) => {
      await answered;
      await route.continue();
    });
    const said = page.waitForRequest((request) => request.url().endsWith('/say'));
    await name.fill('Linus');
    await name.press('Enter');
    answer();
    expect((await said).postDataJSON()).toEqual({ say: 'is', person: { name: 'Linus' } });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('who became Unknown 2').waitFor();
  });

  it.runIf(hasBrowser)('merges with whom somebody has typed, also before anybody was offered for that', async () => {
    const ada = (await world.gallery.gallery.people(never)).find(({ name }) => name === 'Ada');
    await open(`/people/${ada?.id ?? ''}`);
    await page.getByRole('button', { name: 'Merge…' }).click();
    const dialog = page.getByRole('dialog');
    const name = dialog.getByRole('combobox');
    await name.fill('Unknown');
    const last = (await dialog.getByRole('option').last().textContent()) ?? '';
    const [other = ''] = /Unknown \d/.exec(last) ?? [];
    expect((await dialog.getByRole('option').first().textContent()) ?? '').not.toContain(other);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/people?*', async (route) => {
      await answered;
      await route.continue();
    });
    await name.fill(other);
    // Nobody of those who fitted what was typed before.
    await name.press('ArrowDown');
    expect(await name.getAttribute('aria-activedescendant')).toBeNull();
    answer();
    await name.press('Enter');
    await dialog.getByRole('button', { name: 'Merge', exact: true }).waitFor();
    await expect.poll(async () => dialog.getByText(other).count()).toBeGreaterThan(0);
  });

  it.runIf(hasBrowser)('says of each face in a picture why it was decided so', async () => {
    await open('/pictures/slack-known');
    await page.getByText('Most similar to Ada: 0.840').waitFor();
    const stranger = page.locator('.face-box').nth(1);
    await stranger.focus();
    await page.keyboard.press('Enter');
    await page.getByText('who became Unknown 2').waitFor();
    expect(page.url()).toContain('face=2');
  });

  it.runIf(hasBrowser)('draws a mask by keyboard, shows what it would leave out, and saves it', async () => {
    await open(`/cameras?camera=${gate}`);
    await page.getByRole('application').focus();
    // From the middle: around the upper left quarter.
    const move = async (key: string, times: number): Promise<void> => {
      for (let i = 0; i < times; i += 1) await page.keyboard.press(`Shift+${key}`);
      await page.keyboard.press(' ');
    };
    await move('ArrowDown', 2);
    await move('ArrowLeft', 5);
    await move('ArrowUp', 7);
    await move('ArrowRight', 2);
    await page.keyboard.press('Enter');
    await page.getByText('Mask 1: 4 points').waitFor();
    await page.getByRole('button', { name: 'Check and save…' }).click();
    await page.getByText(/would have been left out: \d+ in a mask/).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Masks: 1 mask').waitFor();
    const [saved] = (await rig.as('viewer', 'GET', '/api/cameras/settings/history')).json().items;
    expect(saved.after.masks).toHaveLength(1);
  });

  it.runIf(hasBrowser)('saves of the settings what was checked, whatever is typed meanwhile', async () => {
    await open(`/cameras?camera=${gate}`);
    const hours = page.getByLabel('Quiet hours', { exact: true });
    await hours.fill('22:00-06:00');
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/cameras/settings/check', async (route) => {
      await answered;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Check and save…' }).click();
    await hours.fill('21:00-06:00');
    answer();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved. It holds within some seconds, everywhere.').waitFor();
    const [saved] = (await rig.as('viewer', 'GET', '/api/cameras/settings/history')).json().items;
    expect(saved.after.quietHours).toBe('22:00-06:00');
  });

  it.runIf(hasBrowser)('tries another risk, and saves it for a camera', async () => {
    await open(`/thresholds?camera=${gate}&one-in=1000000`);
    await page.getByText('1 in 1,000,000 would have changed 1 decision').waitFor();
    await page.getByRole('button', { name: 'Save for Gate' }).click();
    // While the question stands, another admin saves something else.
    const path = `/api/cameras/settings?camera=${gate}`;
    const { place, set, revision } = (await rig.as('admin', 'GET', path)).json();
    await rig.as('admin', 'PUT', '/api/cameras/settings', { place, set: { ...set, cooldown: '7m' }, revision });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Somebody else changed this meanwhile').waitFor();
    expect((await rig.as('viewer', 'GET', path)).json().set).toEqual({ ...set, cooldown: '7m' });
    await page.getByRole('button', { name: 'Save for Gate' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('(set in the console)').waitFor();
    const saved = (await rig.as('viewer', 'GET', path)).json();
    expect(saved.set).toEqual({ ...set, cooldown: '7m', strangersNamedOneIn: 1_000_000 });
    // What is undone is this change, and no other of a later day.
    await rig.as('admin', 'PUT', '/api/cameras/settings', { place, set: { ...saved.set, cooldown: '9m' }, revision: saved.revision });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Somebody else changed this meanwhile').last().waitFor();
    expect((await rig.as('viewer', 'GET', path)).json().set).toEqual({ ...saved.set, cooldown: '9m' });
  });
});
