import axe from 'axe-core';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAccess } from '../support/check-access.ts';
import { feedPageInBrowser } from '../support/feed-page-browser.ts';
import { numbered, viewAt } from '../support/feed-page-rig.ts';

const grace = { id: 'U2', display_name: 'Grace Hopper', title: 'Photographer', image_48: null, is_bot: false };
const waiting = { state: 'waiting' as const, url: null, width: 800, height: 500, alt: '', mime_type: null, size_bytes: null };

/** Of the texts of entries, from top to bottom. In the browser. */
const directions = `[...document.querySelectorAll('.text')].map((text) => getComputedStyle(text).direction)`;

describe('reading the page of a feed', () => {
  /** Another site, with one page. */
  const paper = fastify({ forceCloseConnections: true });
  let paperUrl = '';
  let paperHtml = '';
  beforeAll(async () => {
    paper.get('/story', async (_request, reply) => reply.type('text/html').send(paperHtml));
    paperUrl = await paper.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => paper.close());

  const on = feedPageInBrowser(() => ({ corsOrigins: [paperUrl] }));

  it('keeps room for a picture that is on its way, so that nothing moves when it comes', async () => {
    on.rig.put(viewAt(10), viewAt(20, { text: 'Look', pictures: [waiting] }));
    await on.openLive();
    await on.tab.route('**/pictures/a.svg', async (route) =>
      route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="500"/>' }),
    );
    await on.tab.getByText('A picture is on its way').waitFor();
    const before = await on.topOf('Message 10');
    on.rig.put(
      viewAt(20, {
        text: 'Look',
        pictures: [{ ...waiting, state: 'there', url: '/pictures/a.svg', alt: 'A bridge', mime_type: 'image/svg+xml' }],
      }),
    );
    await on.tab.getByRole('img', { name: 'A bridge' }).waitFor();
    expect(Math.abs((await on.topOf('Message 10')) - before)).toBeLessThan(1);
  });

  it('does not move what is read further down, and leads to the new messages with a button', async () => {
    on.rig.put(...numbered(1, 40));
    await on.openLive({ reducedMotion: 'reduce' });
    await on.tab.getByText('Message 20', { exact: true }).evaluate((element) => element.scrollIntoView());
    const before = await on.topOf('Message 20');
    on.rig.put(viewAt(50), viewAt(60), viewAt(70, { pictures: [waiting] }));
    const button = on.tab.getByRole('button', { name: '3 new messages' });
    await button.waitFor();
    expect(Math.abs((await on.topOf('Message 20')) - before)).toBeLessThan(1);
    on.rig.remove(viewAt(60).id);
    await on.tab.getByRole('button', { name: '2 new messages' }).click();
    await expect.poll(() => on.topOf('Message 70')).toBeLessThan(300);
    await expect.poll(() => on.tab.locator('#unseen').isHidden()).toBe(true);
    on.rig.put(viewAt(80));
    await on.tab.getByText('Message 80', { exact: true }).waitFor();
    expect(await on.tab.locator('#unseen').isHidden()).toBe(true);
  });

  it('leaves the focus where it is while messages come, and passes it on when its message goes', async () => {
    const linked = (second: number) => viewAt(second, { html: `<p><a href="https://example.org/${second}">Link ${second}</a></p>` });
    on.rig.put(...numbered(1, 20), ...[31, 32, 33].map(linked));
    await on.openLive();
    await on.tab.getByRole('link', { name: 'Link 33' }).focus();
    const before = await on.topOf('Link 33');
    on.rig.put(viewAt(40));
    await on.tab.getByText('Message 40').waitFor();
    expect(await on.tab.evaluate('document.activeElement.textContent')).toBe('Link 33');
    expect(Math.abs((await on.topOf('Link 33')) - before)).toBeLessThan(1);
    on.rig.remove(linked(33).id);
    await expect.poll(() => on.tab.evaluate(`document.activeElement.closest('.entry')?.textContent`)).toContain('Link 32');
  });

  it('says politely what is new: one message in short, several as a number, not more often than every few seconds', async () => {
    await on.openLive();
    await on.tab
      .evaluate(`window.said = []; new MutationObserver(() => window.said.push([performance.now(), document.querySelector('#announcements').textContent]))
      .observe(document.querySelector('#announcements'), { childList: true })`);
    const said = async () => on.tab.evaluate<[number, string][]>('window.said');
    on.rig.put(viewAt(10, { text: `The vote is on. ${'and on '.repeat(60)}` }));
    await expect.poll(async () => (await said()).length).toBe(1);
    on.rig.put(...numbered(20, 23));
    on.rig.put(viewAt(20, { text: 'an edit is not new' }));
    await expect.poll(async () => (await said()).length, { timeout: 8_000 }).toBe(2);
    const [[firstMs, first], [secondMs, second]] = (await said()) as [[number, string], [number, string]];
    expect(first).toMatch(/^Ada Lovelace: The vote is on\. .{50,140}…$/);
    expect(second).toBe('4 new messages');
    expect(secondMs - firstMs).toBeGreaterThan(4_500);
    expect(await on.tab.locator('#announcements').getAttribute('aria-live')).toBe('polite');
  });

  it('may be embedded: a frame gets the height of what is in it, and links leave it alone', async () => {
    on.rig.put(...numbered(1, 3));
    await on.open();
    await on.tab.getByText('Embed', { exact: true }).click();
    paperHtml = `<!doctype html><title>Paper</title><link rel="icon" href="data:,">${await on.tab.locator('details code').textContent()}`;
    await on.tab.goto(`${paperUrl}/story`);
    const frame = on.tab.frameLocator('iframe');
    await frame.getByText('Message 3').waitFor();
    const heightIn = async () => frame.locator('body').evaluate((body) => Math.ceil(body.getBoundingClientRect().height));
    await expect.poll(async () => (await on.tab.locator('iframe').boundingBox())!.height).toBe(await heightIn());
    const before = await heightIn();
    on.rig.put(viewAt(10, { text: 'One more' }));
    await frame.getByText('One more').waitFor();
    await expect.poll(async () => (await on.tab.locator('iframe').boundingBox())!.height).toBeGreaterThan(before);
    expect(await frame.locator('base').getAttribute('target')).toBe('_blank');
  });

  it('shows each message in its own direction, and names that turn nothing around', async () => {
    const arabic = 'مرحبا بالعالم!';
    const user = { ...grace, display_name: 'سارة', title: 'مراسلة' };
    on.rig.put(viewAt(1, { html: `<p>${arabic}</p>`, user }), viewAt(2, { html: '<p>Latin text.</p>' }));
    await on.openLive();
    const leftOf = async (text: string) => (await on.tab.getByText(text, { exact: true }).boundingBox())!.x;
    expect(await on.tab.evaluate(directions)).toEqual(['ltr', 'rtl']);
    expect(await leftOf('سارة')).toBeLessThan(await leftOf('مراسلة'));
    await on.tab.close();
    on.rig.setFeed({ language: 'ar' });
    await on.openLive();
    expect(await leftOf('سارة')).toBeGreaterThan(await leftOf('مراسلة'));
    expect(await on.tab.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });

  it.each([
    ['light', '/page'],
    ['dark', '/page'],
    ['light', '/embed'],
  ] as const)('axe finds nothing, and a phone scrolls in one direction only: %s %s', async (colorScheme, path) => {
    const parent = viewAt(10, {
      is_edited: true,
      html: `<p>${'https://example.org/'.repeat(20)}</p><pre><code>${'x'.repeat(200)}</code></pre><ul><li>one</li></ul>`,
    });
    on.rig.put(parent, viewAt(20, { thread_id: parent.ts, user: grace }), viewAt(30, { thread_id: parent.ts, is_broadcast: true }));
    on.rig.put(
      viewAt(40, { pictures: [waiting, waiting] }),
      viewAt(45, {
        pictures: [
          { ...waiting, state: 'there', url: 'https://127.0.0.1:9/none.jpg', width: 960, height: 640, alt: 'A picture that does not load' },
        ],
      }),
      viewAt(50, { html: '<blockquote><p>Quoted</p></blockquote><p><a href="https://example.org">A link</a></p>' }),
    );
    await on.openLive({ viewport: { width: 390, height: 844 }, colorScheme, reducedMotion: 'reduce' }, path);
    expect(await on.tab.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await on.tab.evaluate(checkAccess)).toEqual([]);
    // Through the debugger's door: the page's policy lets no script of ours in.
    const session = await on.tab.context().newCDPSession(on.tab);
    await session.send('Runtime.evaluate', { expression: axe.source });
    const found = await on.tab.evaluate<{ id: string; nodes: string[] }[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`,
    );
    expect(found).toEqual([]);
  });
});
