import { threadHtml } from '@watchpost/feed/page-client/entry-html';
import { threadsOf } from '@watchpost/feed/page-client/threads';
import { timeAgo } from '@watchpost/feed/page-client/times';
import { countNew, wordsOf } from '@watchpost/feed/page-client/words';
import { afterEach, describe, expect, it } from 'vitest';
import { feedOf } from '../../support/feed-samples.ts';
import { type FeedPageRig, firstAtMs, startFeedPage, viewAt } from '../../support/feed-page-rig.ts';

const feed = (over = {}) => feedOf({ timeZone: 'Europe/Berlin', ...over });
const clock = { language: 'en', timeZone: 'Europe/Berlin', words: wordsOf('en') };
const nasty = `"'><script>alert(1)</script>`;
const htmlOf = (...views: ReturnType<typeof viewAt>[]) =>
  threadsOf(views)
    .map((thread) => threadHtml(thread, clock))
    .join('');

describe('what an entry looks like', () => {
  it('shows names, titles and descriptions of pictures literally', () => {
    const user = { ...viewAt(0).user, display_name: nasty, title: nasty, image_48: `/pictures/${nasty}` };
    const picture = { state: 'there' as const, url: `/x${nasty}`, width: 10, height: 10, alt: nasty, mime_type: null, size_bytes: null };
    const html = htmlOf(viewAt(0, { user, pictures: [picture] }), viewAt(1, { thread_id: viewAt(0).ts, is_broadcast: true }));
    expect(html).not.toContain('<script');
    expect(html.match(/&quot;&#39;&gt;&lt;script&gt;/g)).toHaveLength(6);
  });

  it('names the time in the zone of the feed', () => {
    expect(htmlOf(viewAt(0))).toContain(
      '<time datetime="2026-03-14T09:30:00.000Z" title="March 14, 2026 at 10:30:00 AM GMT+1">Mar 14, 10:30 AM</time>',
    );
  });

  it('gives pictures their size and a description, also where nobody wrote one', () => {
    const picture = { state: 'there' as const, url: '/a.jpg', width: 960, height: 640, alt: '', mime_type: null, size_bytes: null };
    expect(htmlOf(viewAt(0, { pictures: [picture] }))).toContain(
      '<img class="picture" src="/a.jpg" width="960" height="640" alt="Picture from Ada Lovelace" loading="lazy" decoding="async">',
    );
  });

  it('writes the first letters of a name where there is no picture of a member', () => {
    const named = (display_name: string) =>
      /letters[^>]*>([^<]*)</.exec(htmlOf(viewAt(0, { user: { ...viewAt(0).user, display_name } })))?.[1];
    expect(['Ada King Lovelace', 'ada', '🦊 Fox', 'Émile Zola', '…'].map(named)).toEqual(['AL', 'A', 'F', 'ÉZ', '']);
  });

  it.each([
    [30, 'just now'],
    [12 * 60, '12 min. ago'],
    [2 * 3_600, '10:30 AM'],
    [20 * 3_600, 'Mar 14, 10:30 AM'],
  ])('after %i seconds the script says when it was', (seconds, words) => {
    expect(timeAgo(clock, new Date(firstAtMs), firstAtMs + seconds * 1_000)).toBe(words);
  });

  it('speaks the language of the feed where it knows it, and English otherwise', () => {
    expect(countNew(wordsOf('de-AT'), 1)).toBe('1 neue Nachricht');
    expect(wordsOf('de-AT').language).toBe('de-AT');
    expect(countNew(wordsOf('tlh'), 3)).toBe('3 new messages');
    expect(wordsOf('tlh').language).toBe('en');
    expect(wordsOf('constructor').language).toBe('en');
  });
});

describe('the pages of a feed', () => {
  let rig: FeedPageRig;
  afterEach(async () => rig.close());
  const get = async (url: string, headers: Record<string, string> = {}) => rig.app.inject({ url, headers });
  const policyOf = async (url: string) =>
    new Map(
      String((await get(url)).headers['content-security-policy'])
        .split('; ')
        .map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]),
    );

  it('let nothing run but their own script, and nobody but the allowed frame the embedded form', async () => {
    rig = await startFeedPage(feed(), {
      corsOrigins: ['https://paper.example', 'https://a.example; script-src *'],
      publicUrl: 'https://live.example',
    });
    const page = await policyOf('/feeds/news/page');
    expect(Object.fromEntries(page)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' https: https://live.example",
      'connect-src': "'self'",
      'frame-src': 'https:',
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    const embed = await policyOf('/feeds/news/embed');
    expect(embed.get('frame-ancestors')).toBe("'self' https://paper.example");
    expect(embed.get('frame-src')).toBe("'none'");
    expect([...embed.keys()]).toEqual([...page.keys()]);
  });

  it('may be embedded by everybody where everybody may read', async () => {
    rig = await startFeedPage(feed(), { corsOrigins: ['*'] });
    expect((await policyOf('/feeds/news/embed')).get('frame-ancestors')).toBe('*');
    expect((await policyOf('/feeds/news/page')).get('frame-ancestors')).toBe("'none'");
  });

  it.each([
    [[], false],
    [['https://paper.example'], true],
  ])('where %j may read, show how to embed them: %s', async (corsOrigins, isShown) => {
    rig = await startFeedPage(feed(), { corsOrigins });
    expect((await get('/feeds/news/page')).body.includes('&lt;iframe')).toBe(isShown);
  });

  it('have no inline script and no inline style', async () => {
    rig = await startFeedPage(feed());
    rig.put(viewAt(1, { pictures: [{ state: 'waiting', url: null, width: 10, height: 10, alt: '', mime_type: null, size_bytes: null }] }));
    for (const url of ['/feeds/news/page', '/feeds/news/embed', '/feeds/nothing/page']) {
      const { body } = await get(url);
      expect(body.match(/<script(?! type="application\/json"| type="module" src=")|<style| style="|\son\w+=/g)).toBeNull();
    }
  });

  it('keep what a message says from ending the data of the script', async () => {
    rig = await startFeedPage(feed({ headline: '</script><!--' }));
    rig.put(viewAt(1, { html: '<p>&lt;/script&gt;</p>', user: { ...viewAt(1).user, display_name: '</script><b>' } }));
    const { body } = await get('/feeds/news/page');
    const [, json] = /id="state">(.*?)<\/script>/s.exec(body) ?? [];
    const state = JSON.parse(json!);
    expect(state.page.feed.headline).toBe('</script><!--');
    expect(state.page.entries[0].user.display_name).toBe('</script><b>');
  });

  it('say what they are to search engines and to readers of feeds', async () => {
    rig = await startFeedPage(feed({ headline: 'A & B', description: '<p>All about "A"</p>', language: 'de' }), {
      publicUrl: 'https://live.example',
    });
    const { body } = await get('/feeds/news/page');
    expect(body).toContain('<html lang="de">');
    expect(body).toContain('<title>A &amp; B</title>');
    expect(body).toContain('<meta name="description" content="All about &quot;A&quot;">');
    expect(body).toContain('<link rel="canonical" href="https://live.example/feeds/news/page">');
    expect(body).toContain('type="application/atom+xml" title="A &amp; B" href="atom.xml"');
    expect(body).toContain('type="application/feed+json" title="A &amp; B" href="feed.json"');
    expect(body).toContain('Noch nichts zu lesen.');
    expect(body).not.toContain('noindex');
    expect((await get('/feeds/news/embed')).body).toContain('noindex');
  });

  it('are sent compressed, and not again to those who have them', async () => {
    rig = await startFeedPage(feed());
    const first = await get('/feeds/news/page', { 'accept-encoding': 'gzip, br' });
    expect(first.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    const tag = String(first.headers.etag);
    expect((await get('/feeds/news/page', { 'if-none-match': `"x", ${tag}` })).statusCode).toBe(304);
    rig.put(viewAt(1));
    // For a moment the page as it was is good enough.
    const again = async () => get('/feeds/news/page', { 'if-none-match': tag, 'accept-encoding': 'br;q=0, gzip' });
    await expect.poll(async () => (await again()).statusCode).toBe(200);
    expect((await again()).headers['content-encoding']).toBe('gzip');
  });

  it('load files that browsers keep, but not those of another release', async () => {
    rig = await startFeedPage(feed());
    const [, script] = /src="([^"]*client\.js)"/.exec((await get('/feeds/news/page')).body) ?? [];
    const loaded = await get(new URL(script!, 'http://x/feeds/news/page').pathname);
    expect(loaded.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const other = await get(`/feeds/assets/${'0'.repeat(12)}/client.js`);
    expect([other.body, other.headers['cache-control']]).toEqual([loaded.body, 'no-store']);
    expect((await get(`/feeds/assets/${'0'.repeat(12)}/tsconfig.json`)).statusCode).toBeGreaterThanOrEqual(400);
  });

  it('answer kindly where there is no such feed, and ignore a cursor that is none', async () => {
    rig = await startFeedPage(feed());
    rig.put(viewAt(1));
    const missing = await get('/feeds/other/page', { 'accept-language': 'es-MX,es;q=0.9' });
    expect([missing.statusCode, missing.headers['cache-control']]).toEqual([404, 'no-store']);
    expect(missing.body).toContain('<h1>Este canal no existe.</h1>');
    for (const query of ['before=x', 'before=1-1&before=2-2', 'at=now', `at=${'9'.repeat(400)}`]) {
      expect((await get(`/feeds/news/page?${query}`)).body).toContain('Message 1');
    }
  });

  it.each(['1773480601.123456', '1773480601.123789'])(
    'begin at a message that is linked to, whatever part of a millisecond is in its time: %s',
    async (ts) => {
      rig = await startFeedPage(feed());
      rig.put(viewAt(0), viewAt(1, { ts, posted_at: new Date(Math.round(Number(ts) * 1_000)).toISOString() }), viewAt(2));
      const { body } = await get(`/feeds/news/page?at=${ts}`);
      expect(body.match(/Message \d/g)?.slice(0, 1)).toEqual(['Message 1']);
      expect(body).not.toContain('Message 2');
    },
  );

  it('come back by themselves where the feed has not been read yet', async () => {
    rig = await startFeedPage(feed());
    rig.setReady(false);
    const early = await get('/feeds/news/page');
    expect(early.statusCode).toBe(503);
    expect(early.headers).toMatchObject({ refresh: '3', 'retry-after': '3', 'cache-control': 'no-store' });
    expect(early.body).toContain('<h1>The feed is starting. This page loads again by itself.</h1>');
    rig.setReady(true);
    expect((await get('/feeds/news/page')).statusCode).toBe(200);
  });

  it('are listed for people', async () => {
    rig = await startFeedPage(feed({ headline: 'A & B', isOpen: false }));
    const { body, headers } = await get('/feeds');
    expect(body).toContain('<a href="feeds/news/page">A &amp; B</a><p>Closed. No new messages will appear here.</p>');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});
