import type { RulesAnswer } from '@watchpost/console/api/rules/schema';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startOpsConsole } from '../support/ops-console-rig.ts';
import { pagesInBrowser } from '../support/page-in-browser.ts';

describeWith(['postgres'], "the console's pages for operators", () => {
  const { rig, open, goto, page, button } = pagesInBrowser(startOpsConsole);

  it('tries failed jobs again and drops them, after a question; who only looks has no such button', async () => {
    await open('/queue?code=image-corrupt');
    await button('Retry all with image-corrupt').click();
    await button('Try again').click();
    await page().getByText('30 jobs put back into the queue').waitFor();
    await page().getByRole('checkbox').first().check();
    await button('Drop 1 job').click();
    await button('Cancel').click();
    await button('Drop 1 job').click();
    await page().getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
    await expect.poll(() => rig().deeds).toEqual(['retry all', 'drop 1']);
    await open('/queue', { role: 'viewer' });
    await page().getByText('the picture is cut off').first().waitFor();
    expect(await button(/Retry|Drop|Pause/).count()).toBe(0);
  });

  it('says of a job that somebody else has just dropped that it is gone', async () => {
    const { items } = (await rig().as('admin', 'GET', '/api/queue/jobs?state=failed')).json<{ items: { id: string }[] }>();
    await open(`/queue?job=${encodeURIComponent(items[0]?.id ?? '')}`);
    const body = JSON.stringify({ done: 0, refused: [{ id: items[0]?.id, outcome: 'not-found' }], isCut: false });
    await page().route('**/api/queue/drop', async (route) => route.fulfill({ body, contentType: 'application/json' }));
    const dialog = page().getByRole('dialog', { name: /job$/ });
    await dialog.getByRole('button', { name: 'Drop' }).click();
    await page().getByRole('dialog', { name: 'Drop this job?' }).getByRole('button', { name: 'Drop' }).click();
    await expect.poll(async () => page().getByText('Not done: it is gone by now').count()).toBe(1);
    await page().unroute('**/api/queue/drop');
  });

  it('draws its charts in the colours of the page, also for those who want no motion', async () => {
    await open('/queue', { reducedMotion: true });
    await page().locator('canvas').waitFor();
    const drawn = `(() => {
      const probe = document.createElement('span');
      probe.style.color = 'var(--accent)';
      document.body.append(probe);
      const wanted = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).join();
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) if (data.slice(at, at + 3).join() === wanted) return true;
      return false;
    })()`;
    await expect.poll(async () => page().evaluate(drawn)).toBe(true);
  });

  it('says what is wrong with a pattern while it is typed, and adds the rule once it is right', async () => {
    await open('/rules?edit=new');
    const dialog = page().getByRole('dialog');
    await dialog.getByLabel('Name').fill('Tokens');
    await dialog.getByLabel('Pattern').fill('(?=a)xoxb');
    await dialog.getByText(/lookahead and lookbehind/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Add' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Pattern').fill('xoxb-[0-9]{10}');
    await dialog.getByText(/It would be:/).waitFor();
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page().getByText('The rule Tokens was added, in dry run').waitFor();
    await page().getByRole('region', { name: 'Rules' }).getByText('Tokens', { exact: true }).waitFor();
  });

  it('saves nothing over what somebody else has changed since the rule was opened, and lets nothing act that nobody has looked at', async () => {
    const added = await rig().as('admin', 'POST', '/api/rules', { name: 'Words', look: { pattern: 'the plan' }, dryRun: false });
    const { id } = added.json<{ id: string }>();
    const change = async (settings: object) => rig().as('admin', 'PUT', `/api/rules/${id}`, settings);
    const now = async () => (await rig().as('admin', 'GET', '/api/rules')).json<RulesAnswer>().rules.find((rule) => rule.id === id);
    await open(`/rules?edit=${id}`);
    const dialog = page().getByRole('dialog');
    await dialog.getByLabel('Description').fill('Ask first.');
    await change({ dryRun: true });
    await dialog.getByText(/changed meanwhile.*admin-program edited Words: state live → dry run/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
    await dialog.getByLabel('Description').fill('Ask first.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page().getByText('The rule Words was saved').waitFor();
    expect(await now()).toMatchObject({ dryRun: true, description: 'Ask first.' });

    await goto(`/rules?live=${id}`);
    await dialog.getByText('It has found nothing since').waitFor();
    await change({ look: { pattern: 'the [a-z]+' } });
    await dialog.getByText(/changed meanwhile/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Let it act' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
    await dialog.getByRole('button', { name: 'Let it act' }).click();
    await page().getByText('The rule Words acts from now on').waitFor();
    expect(await now()).toMatchObject({ dryRun: false });
  });

  it('says no more what was wrong with what somebody else has changed, once it is shown as it is now', async () => {
    const added = await rig().as('admin', 'POST', '/api/rules', { name: 'Plans', look: { pattern: 'the plans' } });
    const { id } = added.json<{ id: string }>();
    const change = async (description: string) => rig().as('admin', 'PUT', `/api/rules/${id}`, { description });
    await open(`/rules?edit=${id}`);
    const dialog = page().getByRole('dialog');
    await dialog.getByText(/It would be:/).waitFor();
    // Until then the page does not hear of it.
    const old = (await rig().as('admin', 'GET', '/api/rules')).body;
    await page().route('**/api/rules', async (route) =>
      route.request().method() === 'GET' ? route.fulfill({ body: old, contentType: 'application/json' }) : route.continue(),
    );
    await change('Ask Ada.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/changed/).waitFor();
    await page().unroute('**/api/rules');
    await change('Ask Eve.');
    await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
    await dialog.getByText(/It would be:/).waitFor();
    expect(await dialog.getByText(/changed/).count()).toBe(0);
  });

  it('says that a rule could not be saved also where its editor typed on meanwhile, until the next key', async () => {
    const added = await rig().as('admin', 'POST', '/api/rules', { name: 'Maps', look: { pattern: 'the maps' } });
    const { id } = added.json<{ id: string }>();
    await open(`/rules?edit=${id}`);
    const dialog = page().getByRole('dialog');
    await dialog.getByText(/It would be:/).waitFor();
    let fail = (): void => undefined;
    const failing = new Promise<void>((resolve) => (fail = resolve));
    const body = JSON.stringify({ error: 'gallery-unavailable', message: 'the database does not answer' });
    await page().route(`**/api/rules/${id}`, async (route) => {
      await failing;
      await route.fulfill({ status: 503, body, contentType: 'application/json' });
    });
    await dialog.getByRole('button', { name: 'Save' }).click();
    const words = dialog.getByLabel('Description for authors');
    await words.fill('Ask Ada');
    fail();
    const fault = dialog.getByText('the database does not answer');
    await fault.waitFor();
    await words.fill('Ask Ada.');
    await expect.poll(() => fault.count()).toBe(0);
    await page().unroute(`**/api/rules/${id}`);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('answers an appeal, and approves an entry, with a way back', async () => {
    await open('/violations?state=appealed');
    await page().getByRole('button', { name: /AKIA/ }).click();
    await button('Show the original').click();
    await button('Show it').click();
    await page().getByText('what was removed', { exact: true }).waitFor();
    await button('Reject it').click();
    // Two dialogs are open now; the question is the one that can be cancelled.
    const question = page()
      .getByRole('dialog')
      .filter({ has: page().getByRole('button', { name: 'Cancel' }) });
    await question.getByRole('button', { name: 'Reject it' }).click();
    await page().getByText('Rejected. The author is told.').waitFor();
    expect(rig().sent.map(({ kind }) => kind)).toContain('violation');
    await goto('/feeds/news?show=waiting');
    await button('Approve').first().click();
    await page().getByText('Approved: readers see it').waitFor();
    await expect.poll(async () => button('Approve').count()).toBe(7);
    await button('Undo').click();
    await expect.poll(async () => button('Approve').count()).toBe(8);
  });
});
