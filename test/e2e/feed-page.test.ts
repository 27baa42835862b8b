import { describe, expect, it } from 'vitest';
import { feedPageInBrowser } from '../support/feed-page-browser.ts';
import { numbered, viewAt } from '../support/feed-page-rig.ts';

describe('the page of a feed, in a browser', () => {
  const on = feedPageInBrowser();

  it('is complete without a script: newest first, replies below their parent, older ones behind a link', async () => {
    const parent = viewAt(100);
    on.rig.put(...numbered(1, 60), parent, viewAt(110, { thread_id: parent.ts, text: 'A reply' }), viewAt(120, { text: 'The newest' }));
    await on.open({ javaScriptEnabled: false });
    expect((await on.texts()).slice(0, 4)).toEqual(['The newest', 'Message 100', 'A reply', 'Message 60']);
    expect(await on.tab.locator('.replies .text').allTextContents()).toEqual(['A reply']);
    expect(await on.tab.locator('.entry').count()).toBe(50);
    await on.tab.getByText('Reload the page to see new messages.').waitFor();
    await on.tab.getByRole('link', { name: 'Older messages' }).click();
    expect(await on.texts()).toEqual(
      numbered(1, 13)
        .map(({ text }) => text)
        .toReversed(),
    );
    await on.tab.getByRole('link', { name: 'Newest messages' }).click();
    expect((await on.texts())[0]).toBe('The newest');
  });

  it('shows a new message within a moment, at its place by time and not by arrival', async () => {
    on.rig.put(viewAt(10), viewAt(30));
    await on.openLive();
    on.rig.put(viewAt(40), viewAt(20));
    await expect.poll(on.texts).toEqual(['Message 40', 'Message 30', 'Message 20', 'Message 10']);
  });

  it('leaves a message from before the oldest one on the page to the older page', async () => {
    on.rig.put(...numbered(11, 70));
    await on.openLive();
    on.rig.put(viewAt(5), viewAt(80));
    await on.tab.getByText('Message 80').waitFor();
    expect(await on.tab.getByText('Message 5', { exact: true }).count()).toBe(0);
    expect(await on.tab.locator('.entry').count()).toBe(51);
  });

  it('replaces an edited message where it stands, and takes a removed one away together with its replies', async () => {
    const parent = viewAt(10);
    on.rig.put(parent, viewAt(20, { thread_id: parent.ts, text: 'A reply' }), viewAt(30));
    await on.openLive();
    on.rig.put({ ...parent, html: '<p>Corrected</p>', text: 'Corrected', is_edited: true });
    await on.shows('Message 30', 'Corrected', 'A reply');
    expect(await on.tab.locator('.entry', { hasText: 'Corrected' }).locator('.edited').first().textContent()).toBe('edited');
    on.rig.remove(parent.id);
    await on.shows('Message 30');
  });

  it('puts a reply below its parent, in order, also if the parent comes later; one for the whole channel stands on its own', async () => {
    const parent = viewAt(10);
    const reply = (second: number, over = {}) => viewAt(second, { thread_id: parent.ts, ...over });
    await on.openLive();
    on.rig.put(reply(30), reply(20));
    await on.shows('Message 30', 'Message 20');
    expect(await on.tab.getByText('In reply to an earlier message').count()).toBe(2);
    on.rig.put(parent, reply(40, { is_broadcast: true }));
    await on.shows('Message 40', 'Message 10', 'Message 20', 'Message 30');
    expect(await on.tab.locator('.replies .text').allTextContents()).toEqual(['Message 20', 'Message 30']);
    await on.tab.getByRole('link', { name: 'In reply to Ada Lovelace' }).click();
    expect(on.tab.url()).toContain(`#entry-${parent.ts}`);
  });

  it('misses nothing and shows nothing twice when the server was away', async () => {
    on.rig.put(viewAt(10), viewAt(20));
    await on.openLive();
    await on.rig.stop();
    await on.tab.getByText('Connection lost. Trying again…').waitFor();
    on.rig.put(viewAt(30), viewAt(10, { html: '<p>Edited meanwhile</p>' }));
    on.rig.remove(viewAt(20).id);
    await on.rig.start();
    await on.tab.getByText('Live', { exact: true }).waitFor({ timeout: 15_000 });
    on.rig.put(viewAt(40));
    await expect.poll(on.texts).toEqual(['Message 40', 'Message 30', 'Edited meanwhile']);
  });

  it('goes on by itself where the browser gives up, because the server answered with an error', async () => {
    on.rig.put(viewAt(10));
    let refusals = 0;
    await on.open();
    await on.tab.route('**/events*', async (route) => (refusals++ < 1 ? route.fulfill({ status: 503 }) : route.continue()));
    await on.tab.reload();
    await on.tab.getByText('Live', { exact: true }).waitFor();
    on.rig.put(viewAt(20));
    await on.shows('Message 20', 'Message 10');
    expect(refusals).toBe(2);
  });

  it('reads everything anew when it was away for too long', async () => {
    on.rig.put(viewAt(10), viewAt(20));
    await on.openLive();
    await on.rig.stop();
    on.rig.put(viewAt(30));
    on.rig.remove(viewAt(10).id);
    on.rig.forgetEvents();
    await on.rig.start();
    await expect.poll(on.texts, { timeout: 15_000 }).toEqual(['Message 30', 'Message 20']);
    on.rig.put(viewAt(40));
    await on.shows('Message 40', 'Message 30', 'Message 20');
  });

  it('says that its reader is offline, and catches up when that is over', async () => {
    await on.openLive();
    await on.tab.context().setOffline(true);
    await on.tab.getByText('You are offline. New messages appear when you are back.').waitFor();
    on.rig.put(viewAt(10));
    await on.tab.context().setOffline(false);
    await expect.poll(on.texts, { timeout: 6_000 }).toEqual(['Message 10']);
    await on.tab.getByText('Live', { exact: true }).waitFor();
  });

  it('begins anew with the newest messages after some hundreds, the others behind the link', async () => {
    on.rig.put(...numbered(1, 10));
    await on.openLive();
    on.rig.put(...numbered(11, 301));
    await expect.poll(async () => on.tab.locator('.entry').count()).toBe(50);
    on.rig.put(viewAt(400));
    await on.tab.getByText('Message 400', { exact: true }).waitFor();
    await on.tab.getByRole('link', { name: 'Older messages' }).click();
    await expect.poll(async () => (await on.texts())[0]).toBe('Message 251');
  });

  it('follows its settings: a new headline, and that it is closed', async () => {
    await on.openLive();
    await on.tab.getByText('Nothing here yet. New messages appear by themselves.').waitFor();
    on.rig.setFeed({ headline: 'Bridge adopted', isOpen: false, description: '<p>It is over.</p>' });
    await on.tab.getByRole('heading', { name: 'Bridge adopted' }).waitFor();
    await on.tab.getByText('Closed. No new messages will appear here.').waitFor();
    await on.tab.getByText('It is over.').waitFor();
    expect(await on.tab.title()).toBe('Bridge adopted');
  });

  it('opens at a message that somebody linked to, however old it is', async () => {
    on.rig.put(...numbered(1, 120));
    await on.openLive();
    const { ts } = viewAt(20);
    await on.tab.goto('about:blank');
    await on.tab.goto(`${on.rig.url}/page#entry-${ts}`);
    await expect.poll(() => on.tab.locator(`[id="entry-${ts}"]`).count()).toBe(1);
    expect((await on.texts())[0]).toBe('Message 20');
    expect(on.tab.url()).toContain(`?at=${ts}`);
  });
});
