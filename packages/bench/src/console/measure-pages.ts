import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { pause } from '@watchpost/shared/wait';
import { percentile, rounded } from '../report/statistics.ts';

/** What a reader waits for. */
export interface PageTimes {
  /** From the address to the first person on the page People, signed in, nothing cached. Milliseconds, the median. */
  firstViewMs: number;
  /** From a change to the page showing it. Milliseconds, the slowest. */
  liveMs: number;
  /** The scripts that the first page loads, compressed with gzip. kB. */
  scriptKB: number;
}

const views = 5;
const changes = 5;
const password = 'correct horse battery';
const patienceMs = 20_000;

/** Opens the pages in Chromium. `rename` changes the name of somebody who is on the first page of People. */
export async function measurePages(url: string, rename: (round: number) => Promise<string>, signal: AbortSignal): Promise<PageTimes> {
  const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) =>
    existsSync(file),
  );
  const browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: ['--no-sandbox'] });
  try {
    const firstViews: number[] = [];
    let scriptKB = 0;
    for (let round = 0; round < views; round += 1) {
      const { ms, scripts, page } = await firstView(browser, url);
      firstViews.push(ms);
      scriptKB = await sizeOf(scripts);
      await page.context().close();
    }
    const { page } = await firstView(browser, url);
    const delays: number[] = [];
    for (let round = 0; round < changes; round += 1) {
      const startMs = performance.now();
      const name = await rename(round);
      await page.getByText(name, { exact: true }).first().waitFor({ timeout: patienceMs });
      delays.push(performance.now() - startMs);
      await pause(300, signal);
    }
    return { firstViewMs: Math.round(percentile(firstViews, 0.5)), liveMs: Math.round(Math.max(...delays)), scriptKB };
  } finally {
    await browser.close();
  }
}

async function firstView(browser: Browser, url: string): Promise<{ ms: number; scripts: string[]; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const signedOut = await context.newPage();
  await signedOut.goto(url);
  await signedOut.fill('input[type=password]', password);
  await signedOut.keyboard.press('Enter');
  await signedOut.locator('nav').first().waitFor({ timeout: patienceMs });
  await signedOut.close();
  const page = await context.newPage();
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname);
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const startMs = performance.now();
  await page.goto(`${url}/people`, { waitUntil: 'commit' });
  await page.locator('.person-card img').first().waitFor({ timeout: patienceMs });
  return { ms: performance.now() - startMs, scripts, page };
}

async function sizeOf(scripts: readonly string[]): Promise<number> {
  const root = new URL('../public/', import.meta.resolve('@watchpost/console/main'));
  const sizes = await Promise.all(
    scripts.map(async (path) => gzipSync(await readFile(fileURLToPath(new URL(`.${path}`, root)))).byteLength),
  );
  return rounded(sizes.reduce((sum, each) => sum + each, 0) / 1_000, 1);
}
