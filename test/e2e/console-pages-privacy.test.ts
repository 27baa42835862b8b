import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import { createExaminations } from '@watchpost/shared/documents/examination';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { consolePassword } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { startOpsConsole } from '../support/ops-console-rig.ts';
import { pagesInBrowser } from '../support/page-in-browser.ts';
import { keepReceipt, stuckReceipt } from '../support/page-receipts.ts';
import { hasBrowser } from '../support/slack-page-rig.ts';

const never = new AbortController().signal;
const person = personIdOf(2);

describeWith(['postgres'], 'consent, export, receipts, the examination, and closing a feed', () => {
  const { rig, open, goto, page, button } = pagesInBrowser(async (storage) => {
    await fillDatabase(storage, { people: 4, sightings: 100, records: 0, visits: 0, changes: 0 }, never);
    return startOpsConsole(storage);
  });
  const consent = async () => (await rig().as('editor', 'GET', `/api/people/${person}/consent`)).json();

  it.runIf(hasBrowser)('notes consent, with a way back to what was noted before', async () => {
    await open(`/people/${person}?tab=privacy`, { role: 'editor' });
    await page().getByText('Nobody has noted yet').waitFor();
    await button('Note it').click();
    await page().getByText('asked, no answer yet', { exact: true }).first().waitFor();
    await page().getByLabel('Note', { exact: true }).fill('on paper, folder 12');
    await button('Note it').click();
    await page().getByText('on paper, folder 12').waitFor();
    expect(await consent()).toMatchObject({ state: 'given', note: 'on paper, folder 12' });
    await button('Undo').click();
    await expect.poll(consent).toMatchObject({ state: 'asked', note: null });
    expect(await page().getByText('Only admins can export it.').count()).toBe(1);
  });

  it.runIf(hasBrowser)('shows none of it to those who only look', async () => {
    for (const path of [`/people/${person}?tab=privacy`, '/system?tab=receipts', '/system?tab=examination']) {
      await open(path, { role: 'viewer' });
      await page()
        .getByRole('heading', { name: /^Only (editors and )?admins see this$/ })
        .waitFor();
    }
    await open('/feeds/news', { role: 'viewer' });
    await page().getByRole('heading', { level: 1, name: 'News of the harbour' }).waitFor();
    expect(await button('Close…').count()).toBe(0);
  });

  it.runIf(hasBrowser)('gives out what is kept as a zip, forgets, and leads to the receipt, where it is taken back', async () => {
    // The browser asks for a download by itself: with the session's cookie, and no header of ours.
    await open(`/people/${person}?tab=privacy`, { role: null });
    await page().getByLabel('Password').fill(consolePassword);
    await page().keyboard.press('Enter');
    const [download] = await Promise.all([page().waitForEvent('download'), page().getByRole('link', { name: 'Export as zip' }).click()]);
    expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK');
    await button('Forget…').click();
    await page().getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await page()
      .getByRole('heading', { name: /^Receipt of/ })
      .waitFor();
    expect((await rig().as('viewer', 'GET', `/api/people/${person}`)).statusCode).toBe(404);
    await button('Undo: do not forget').click();
    await page().getByText('Undone: the person is there again').waitFor();
    expect((await rig().as('viewer', 'GET', `/api/people/${person}`)).statusCode).toBe(200);
    // Neither the receipt nor what offered to undo it a second time stays.
    await page().getByText('Nobody has asked to be forgotten lately').waitFor();
    expect(
      await page()
        .getByRole('heading', { name: /^Receipt of/ })
        .count(),
    ).toBe(0);
    expect(await button('Undo').count()).toBe(0);
  });

  it.runIf(hasBrowser)('settles what nobody can reach, after a note that says what becomes of it', async () => {
    const id = await keepReceipt(rig().parts.documents, stuckReceipt);
    await open(`/system?tab=receipts&receipt=${id}`, { role: 'editor' });
    await page().getByText('An admin can settle what nobody can reach.').waitFor();
    expect(await button('Settle…').count()).toBe(0);
    await open(`/system?tab=receipts&receipt=${id}`);
    await button('Settle…').click();
    const dialog = page().getByRole('dialog');
    await dialog.getByText('the bot cannot change 1 in slack:C0ARCHIVE').waitFor();
    expect(await button('Settle').isDisabled()).toBe(true);
    await dialog.getByLabel('What becomes of it').fill('The channel is archived; its owner deletes it');
    await page().keyboard.press('Enter');
    await page().getByText('Settled: nobody looks for what is left any more').waitFor();
    await page()
      .getByText(/by admin-program \(console\): The channel is archived/)
      .waitFor();
    expect(await button('Settle…').count()).toBe(0);
  });

  it.runIf(hasBrowser)('has a worker examine the installation, and says what to do about what it found', async () => {
    await open('/system?tab=examination');
    await page().getByText('No worker has looked in the last two days').waitFor();
    await button('Examine now').click();
    await page().getByRole('heading', { name: 'A worker is asked to look' }).waitFor();
    const findings = [{ id: 'disk', severity: 'fault' as const, says: 'The disk is full', repair: 'make room' }];
    await createExaminations(rig().parts.documents).keep({ host: 'hall-1', findings }, never);
    rig().live.announce({ topic: 'system' });
    await page().getByText('What to do: make room').waitFor();
    await page().getByRole('heading', { name: '1 fault, 0 warnings' }).waitFor();
    expect(await page().getByText('Examined by the worker on hall-1').count()).toBe(1);
  });

  it.runIf(hasBrowser)('closes a feed after a question, and opens it again', async () => {
    const isOpen = async () => (await rig().as('viewer', 'GET', '/api/feeds')).json().feeds[0].isOpen;
    await open('/feeds/news', { role: 'editor' });
    await button('Close…').click();
    await button('Close the feed').click();
    await button('Open again').waitFor();
    expect(await isOpen()).toBe(false);
    await button('Undo').click();
    await button('Close…').waitFor();
    expect(await isOpen()).toBe(true);
    await button('Close…').click();
    await button('Close the feed').click();
    await button('Open again').click();
    await page().getByText('Opened again: it takes what is posted from now on').waitFor();
    // One that its file closes is opened there.
    await goto('/feeds/board');
    await page().getByText('closed', { exact: true }).waitFor();
    expect(await button('Open again').count()).toBe(0);
  });
});
