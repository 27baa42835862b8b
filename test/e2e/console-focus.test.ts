import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { consoleTokens } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { startOpsConsole, type OpsConsole } from '../support/ops-console-rig.ts';
import { postgres, type Service } from '../support/services.ts';
import { openBrowser } from '../support/slack-page-rig.ts';

describeWith(['postgres'], 'the keyboard in the console', () => {
  let server: Service;
  let browser: Browser;
  let rig: OpsConsole;
  let url: string;
  let page: Page;

  beforeAll(async () => {
    server = await postgres();
    browser = await openBrowser();
    rig = await startOpsConsole({ POSTGRES_URL: server.url });
    url = await rig.listen();
  }, 60_000);
  afterEach(async () => {
    await page.context().close();
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.end();
    await server?.stop();
  });
  const open = async (path: string): Promise<void> => {
    const context = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${consoleTokens.admin}` } });
    page = await context.newPage();
    page.setDefaultTimeout(8_000);
    await page.goto(`${url}${path}`);
  };
  const focused = async (): Promise<string> =>
    page.evaluate('document.activeElement === document.body ? "" : document.activeElement.ariaLabel || document.activeElement.textContent');
  const press = async (name: RegExp | string): Promise<void> => {
    await page.getByRole('button', { name }).first().focus();
    await page.keyboard.press('Enter');
  };

  it('stays on a button that asks first and is worked on then', async () => {
    await open('/queue');
    await press(/^Pause/);
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/jobs are paused/).waitFor();
    await page.waitForLoadState('networkidle');
    await expect.poll(focused).toMatch(/^(Pause|Resume)/);
  });

  it('comes to what took the place of a row that is decided', async () => {
    await open('/feeds/news');
    await press(/^Hide/);
    await page.getByText('Undo').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await focused()).not.toBe('');
  });

  it('comes back from a dialog, also where what opened it is gone', async () => {
    await open('/rules');
    const options = page.getByRole('region', { name: 'Rules' }).getByRole('button').last();
    await options.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /Remove/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).focus();
    await page.keyboard.press('Enter');
    await page
      .getByText(/was removed/)
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    await expect.poll(focused).not.toBe('');
  });
});
