import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import type { JobAdmin, ListedJob } from '@watchpost/shared/jobs/job-admin';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleTokens, idleJobs } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { startOpsConsole, type OpsConsole } from '../support/ops-console-rig.ts';
import { postgres, type Service } from '../support/services.ts';
import { hasBrowser, openBrowser } from '../support/slack-page-rig.ts';

const jobOf = (index: number): ListedJob => ({
  id: `slack-job-${String(index)}`,
  kind: 'snapshot',
  state: 'failed',
  attempts: 8,
  maxAttempts: 8,
  atMs: Date.now() - index * 60_000,
  reason: { code: 'image-corrupt', message: 'the picture is cut off' },
});

describe.skipIf(!hasBrowser)('pages while others do something, too', () => {
  describeWith(['postgres'], 'in Chromium', () => {
    let server: Service;
    let rig: OpsConsole;
    let browser: Browser;
    let url: string;
    let tab: Page;
    let failed: ListedJob[] = [];
    let isPaused = false;
    let dropped: (readonly string[] | null)[] = [];
    const jobs: JobAdmin = {
      ...idleJobs,
      list: async ({ state }) => (state === 'failed' ? failed : []),
      queues: async (kinds) =>
        (await idleJobs.queues(kinds)).map((queue) => ({
          ...queue,
          failed: queue.kind === 'snapshot' ? failed.length : 0,
          paused: queue.kind === 'scheduled' && isPaused,
        })),
      drop: async ({ ids }) => {
        dropped.push(ids);
        return (ids ?? []).map((id) => ({ id, outcome: 'done' as const }));
      },
    };

    beforeAll(async () => {
      server = await postgres();
      const storage = { POSTGRES_URL: server.url };
      await fillDatabase(storage, { people: 12, sightings: 100, records: 0, visits: 0, changes: 0 }, never);
      rig = await startOpsConsole(storage, { deps: { jobAdmin: async () => jobs } });
      url = await rig.listen();
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await rig?.end();
      await server?.stop();
    });
    beforeEach(async () => {
      tab = await browser.newPage({ extraHTTPHeaders: { authorization: `Bearer ${consoleTokens.admin}` } });
      tab.setDefaultTimeout(10_000);
    });
    afterEach(async () => tab.close());

    const button = (name: string | RegExp) => tab.getByRole('button', { name });

    it('lets nobody choose jobs that others have dropped, and drops no more than it asked about', async () => {
      failed = [1, 2, 3].map(jobOf);
      dropped = [];
      await tab.goto(`${url}/queue`);
      await button('Drop all 3').click();
      failed = [0, 1, 2, 3].map(jobOf);
      await tab.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
      await expect.poll(() => dropped).toEqual([[1, 2, 3].map((index) => jobOf(index).id)]);
      await button('Drop all 4').waitFor();
      await tab.getByRole('checkbox', { name: 'slack-job-0' }).check();
      await tab.getByRole('checkbox', { name: 'slack-job-1' }).check();
      await button('Retry 2 jobs').waitFor();
      failed = failed.slice(1);
      rig.live.announce({ topic: 'queue' });
      await button('Retry 1 job').waitFor();
      failed = [];
      rig.live.announce({ topic: 'queue' });
      await tab.getByText('No failed job is kept').waitFor();
      await expect.poll(async () => button(/^(Retry|Drop) /).count()).toBe(0);
    });

    it('says what a job on a schedule waits for, on the page and when it is started by hand', async () => {
      isPaused = true;
      await tab.goto(`${url}/schedule`);
      await tab.getByText('The kind scheduled is paused').waitFor();
      await button(/Run now\s*: rates/).click();
      await tab.getByText('rates is queued: it runs once the kind scheduled is resumed').waitFor();
      isPaused = false;
      rig.live.announce({ topic: 'queue' });
      await tab.getByText('No worker is running').waitFor();
      expect(await tab.getByText('The kind scheduled is paused').count()).toBe(0);
    });

    it('keeps an answer that could not be taken back among the answered', async () => {
      await tab.goto(`${url}/unknowns`);
      const row = tab.locator('li.group').first();
      await row.focus();
      await row.press('i');
      await tab.getByText('1 group answered').waitFor();
      const refused = { error: 'change-refused', message: 'a later change depends on it' };
      await tab.route('**/api/changes/*/undo', async (route) => route.fulfill({ status: 409, json: refused }));
      await tab.locator('li.group').first().press('u');
      await tab.getByText('a later change depends on it').waitFor();
      await tab.locator('li.group').first().press('u');
      await tab.getByText('There is nothing to undo on this page').waitFor();
      expect(await tab.getByText('1 group answered').count()).toBe(1);
    });

    it('gives a day no time of day', async () => {
      await tab.goto(`${url}/people/${personIdOf(0)}`);
      const table = tab.getByRole('table', { name: 'Sightings by day' });
      await table.waitFor({ state: 'attached' });
      const said = await table.locator('tbody th').allTextContents();
      expect(said.length).toBeGreaterThan(1);
      expect(said.filter((day) => day.includes(':'))).toEqual([]);
    });
  });
});
