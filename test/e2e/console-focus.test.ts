import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startOpsConsole } from '../support/ops-console-rig.ts';
import { pagesInBrowser } from '../support/page-in-browser.ts';

describeWith(['postgres'], 'the keyboard in the console', () => {
  const { open, page } = pagesInBrowser(startOpsConsole);
  const focused = async (): Promise<string> =>
    page().evaluate(
      'document.activeElement === document.body ? "" : document.activeElement.ariaLabel || document.activeElement.textContent',
    );
  const press = async (name: RegExp | string): Promise<void> => {
    await page().getByRole('button', { name }).first().focus();
    await page().keyboard.press('Enter');
  };

  it('stays on a button that asks first and is worked on then', async () => {
    await open('/queue');
    await press(/^Pause/);
    await page().getByRole('dialog').getByRole('button', { name: 'Pause' }).focus();
    await page().keyboard.press('Enter');
    await page()
      .getByText(/jobs are paused/)
      .waitFor();
    await page().waitForLoadState('networkidle');
    await expect.poll(focused).toMatch(/^(Pause|Resume)/);
  });

  it('comes to what took the place of a row that is decided', async () => {
    await open('/feeds/news');
    await press(/^Hide/);
    await page().getByText('Undo').first().waitFor();
    await page().waitForLoadState('networkidle');
    expect(await focused()).not.toBe('');
  });

  it('reaches all of a menu, also of the last row of a table', async () => {
    await open('/rules');
    await page().getByRole('region', { name: 'Rules' }).getByRole('button').last().click();
    // What lies over it would get the click: a table that scrolls cuts off what hangs out of it.
    await page()
      .getByRole('menuitem', { name: /Remove/ })
      .click({ trial: true });
    const inMenu =
      '(() => { const { left, right, bottom } = document.querySelector(".menu").getBoundingClientRect(); return left >= 0 && right <= innerWidth && bottom <= innerHeight; })()';
    expect(await page().evaluate(inMenu)).toBe(true);
    const wraps = 'document.querySelector(".table-wrap").scrollHeight - document.querySelector(".table-wrap").clientHeight';
    expect(await page().evaluate(wraps)).toBe(0);
    await page().keyboard.press('End');
    expect(await focused()).toMatch(/^Remove/);
    await page().keyboard.press('Escape');
    expect(await page().getByRole('menu').count()).toBe(0);
    expect(await focused()).toMatch(/^Actions for/);
  });

  it('comes back from a dialog, also where what opened it is gone', async () => {
    await open('/rules');
    const options = page().getByRole('region', { name: 'Rules' }).getByRole('button').last();
    await options.focus();
    await page().keyboard.press('Enter');
    await page()
      .getByRole('menuitem', { name: /Remove/ })
      .click();
    await page().getByRole('dialog').getByRole('button', { name: 'Remove' }).focus();
    await page().keyboard.press('Enter');
    await page()
      .getByText(/was removed/)
      .first()
      .waitFor();
    await page().waitForLoadState('networkidle');
    await expect.poll(focused).not.toBe('');
  });
});
