import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Feed, FeedSite } from '@watchpost/feeds/feed';
import { feedPageSchema } from '@watchpost/feeds/outputs/feed-page';
import { oldShapeSchema } from '@watchpost/feeds/outputs/old-shape';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedWriter, startFeedProcess, type FeedProcess } from '../../support/feed-rig.ts';
import { feedOf, feedsOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from '../../support/feed-samples.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const keepMs = 36_500 * 86_400_000;
const never = new AbortController().signal;
const folder = mkdtempSync(path.join(tmpdir(), 'watchpost-feed-'));
const site: FeedSite = { corsOrigins: ['https://news.example'], oldPaths: true, publicUrl: null };
const list: Feed[] = [
  feedOf({ keepMs }),
  feedOf({ slug: 'closed', channel: 'slack:C2', isOpen: false, keepMs }),
  feedOf({
    slug: 'folder',
    channel: 'slack:C3',
    keepMs,
    pictures: { destination: { kind: 'folder', path: folder }, widthPx: 960, productId: null },
  }),
];
let process: FeedProcess;
const picture = 'the-mayor-1.png';

/** As `fetch`, without decoding the body. */
const raw = async (url: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject).end();
  });
const ask = async (target: string, headers: Record<string, string> = {}, method = 'GET') => raw(`${process.url}${target}`, headers, method);

beforeAll(async () => {
  const documents = createMemoryDocuments();
  const feeds = feedsOf(list, site);
  const writer = feedWriter(documents, feeds);
  for (let index = 0; index < 260; index += 1)
    await writer.apply(writtenEventOf(writtenMessageOf(`number ${String(index)}`, { postedAtMs: samplePostedAtMs + index * 1_000 })));
  await writer.apply(writtenEventOf(writtenMessageOf('the end', { channel: 'slack:C2' })), 'closed');
  await writer.pictures.putAs(picture, Buffer.from('bytes of a picture'), 'image/png', null, never);
  writeFileSync(path.join(folder, 'there.jpg'), 'bytes of a file');
  writeFileSync(path.join(folder, 'page.html'), '<script>');
  writeFileSync(path.join(tmpdir(), 'watchpost-secret.jpg'), 'secret');
  symlinkSync(path.join(tmpdir(), 'watchpost-secret.jpg'), path.join(folder, 'link.jpg'));
  process = await startFeedProcess({ documents, feeds, limits: { entries: 100, changes: 100 } });
});
afterAll(async () => process.stop());

describe('a feed', () => {
  it('has the old shape, the newest first', async () => {
    const shape = oldShapeSchema.parse(await process.json('/feeds/news'));
    expect(shape.channel).toMatchObject({ id: 'C1', slug: 'news' });
    expect(shape.messages.map(({ html }) => html).slice(0, 2)).toEqual(['<p>number 259</p>', '<p>number 258</p>']);
  });

  it('is read page by page, from memory and then from the database, without a gap and nothing twice', async () => {
    const texts: string[] = [];
    for (let next: string | null = '/feeds/news/entries?limit=70'; next !== null;) {
      const page = feedPageSchema.parse(await process.json(next));
      texts.push(...page.entries.map(({ text }) => text));
      next = page.next_before === null ? null : `/feeds/news/entries?limit=70&before=${encodeURIComponent(page.next_before)}`;
    }
    expect(texts).toEqual(Array.from({ length: 260 }, (_, index) => `number ${String(259 - index)}`));
  });

  it('is read from an entry on', async () => {
    const since = `${String(samplePostedAtMs + 257_000)}-${String(samplePostedAtMs / 1_000 + 257)}.000000`;
    const page = feedPageSchema.parse(await process.json(`/feeds/news/entries?since=${since}`));
    expect(page.entries.map(({ text }) => text)).toEqual(['number 259', 'number 258']);
    expect(page.next_before).toBeNull();
    const old = `${String(samplePostedAtMs + 9_000)}-${String(samplePostedAtMs / 1_000 + 9)}.000000`;
    const before = `${String(samplePostedAtMs + 12_000)}-${String(samplePostedAtMs / 1_000 + 12)}.000000`;
    const between = feedPageSchema.parse(await process.json(`/feeds/news/entries?since=${old}&before=${before}`));
    expect(between.entries.map(({ text }) => text)).toEqual(['number 11', 'number 10']);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1e2',
    'limit=5&limit=6',
    'before=x',
    'before=1-',
    'since=%00',
    `since=${'9'.repeat(400)}-1`,
  ])('refuses ?%s', async (query) => {
    const { status, headers, body } = await ask(`/feeds/news/entries?${query}`);
    expect(status).toBe(400);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body.toString()).error.code).toBe('request-malformed');
  });

  it('is there as JSON Feed and as Atom', async () => {
    const json = await ask('/feeds/news/feed.json', { host: 'live.example' });
    expect(json.headers['content-type']).toBe('application/feed+json; charset=utf-8');
    expect(JSON.parse(json.body.toString())).toMatchObject({ feed_url: 'http://live.example/feeds/news/feed.json', items: { length: 50 } });
    const atom = await ask('/feeds/news/atom.xml', { 'x-forwarded-proto': 'https', host: 'live.example' });
    expect(atom.headers['content-type']).toBe('application/atom+xml; charset=utf-8');
    expect(atom.body.toString()).toContain('https://live.example/feeds/news/page');
    expect((await ask('/feeds/news/atom.xml', { host: '"><script>' })).body.toString()).not.toContain('<script>');
  });

  it('that is closed goes on answering; one that nobody has is unknown', async () => {
    expect(feedPageSchema.parse(await process.json('/feeds/closed/entries'))).toMatchObject({
      feed: { is_open: false },
      entries: [{ text: 'the end' }],
    });
    for (const target of [
      '/feeds/other',
      '/feeds/other/entries',
      '/feeds/other/feed.json',
      '/feeds/other/atom.xml',
      '/feeds/other/events',
    ]) {
      const { status, body } = await ask(target);
      expect([target, status, JSON.parse(body.toString()).error.code]).toEqual([target, 404, 'feed-unknown']);
    }
    expect((await process.json('/feeds')).feeds.map(({ slug }: { slug: string }) => slug)).toEqual(['news', 'closed', 'folder']);
  });

  it('says where people get a page at the same address, and others data', async () => {
    const answers = await Promise.all(['text/html,*/*;q=0.8', 'application/json'].map(async (accept) => process.get('/feeds', { accept })));
    expect(answers.map(({ headers }) => [headers.get('content-type'), headers.get('vary')])).toEqual([
      ['text/html; charset=utf-8', 'Origin, Accept, Accept-Encoding'],
      ['application/json; charset=utf-8', 'Origin, Accept, Accept-Encoding'],
    ]);
  });
});

describe('the old paths', () => {
  it('answer as the old service did', async () => {
    expect(await process.json('/api/C1')).toEqual(await process.json('/feeds/news'));
    const { headers, body } = await ask('/json/C1.jsonp');
    expect(headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' });
    expect(body.toString()).toMatch(/^\/\*\*\/callback\(\{"channel":.*\}\);$/s);
    expect((await ask('/json/C1?callback=show.feed')).body.toString()).toMatch(/^\/\*\*\/show\.feed\(/);
  });

  it('call no function with a strange name, and know no other channel', async () => {
    expect((await ask(`/json/C1?callback=${encodeURIComponent('alert(1)//')}`)).status).toBe(400);
    expect((await ask('/api/C9')).status).toBe(404);
  });

  it('are not there unless they are switched on', async () => {
    const other = await startFeedProcess({ documents: createMemoryDocuments(), feeds: feedsOf(list) });
    expect([(await other.get('/api/C1')).status, (await other.get('/json/C1.jsonp')).status]).toEqual([404, 404]);
    await other.stop();
  });
});

describe('a reader who has a feed already', () => {
  it.each(['/feeds/news', '/feeds/news/entries', '/feeds/news/feed.json', '/feeds/news/atom.xml', '/api/C1', '/json/C1.jsonp', '/feeds'])(
    'gets 304 from %s, with the headers of the whole answer',
    async (target) => {
      const whole = await ask(target);
      expect(whole.status).toBe(200);
      expect(whole.headers.etag).toMatch(/^W\/"[\w-]{27}"$/);
      const same = ['etag', 'cache-control', 'vary'];
      for (const etag of [whole.headers.etag ?? '', whole.headers.etag?.slice(2) ?? '', `"other", ${whole.headers.etag ?? ''}`, '*']) {
        const again = await ask(target, { 'if-none-match': etag });
        expect([again.status, again.body.length]).toEqual([304, 0]);
        expect(same.map((name) => again.headers[name])).toEqual(same.map((name) => whole.headers[name]));
      }
    },
  );

  it('asks by time, unless it says what it has', async () => {
    const target = '/feeds/news';
    const { headers } = await ask(target);
    const later = new Date(Date.parse(headers['last-modified'] ?? '') + 5_000).toUTCString();
    expect((await ask(target, { 'if-modified-since': later })).status).toBe(304);
    expect((await ask(target, { 'if-modified-since': new Date(0).toUTCString() })).status).toBe(200);
    expect((await ask(target, { 'if-modified-since': later, 'if-none-match': '"other"' })).status).toBe(200);
    expect((await ask(target, { 'if-modified-since': 'yesterday' })).status).toBe(200);
  });

  it('gets the headers alone with HEAD', async () => {
    const { status, headers, body } = await ask('/feeds/news', {}, 'HEAD');
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers.etag).toBe((await ask('/feeds/news')).headers.etag);
  });
});

describe('a body', () => {
  it('is sent compressed to whoever takes that', async () => {
    const plain = (await ask('/feeds/news')).body.toString();
    const gzip = await ask('/feeds/news', { 'accept-encoding': 'gzip;q=0.8, br;q=0' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(plain);
    const brotli = await ask('/feeds/news', { 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(plain);
    expect(new Set([gzip.headers.etag, brotli.headers.etag]).size).toBe(1);
    expect((await ask('/feeds/news', { 'accept-encoding': 'identity' })).headers['content-encoding']).toBeUndefined();
    expect(gzip.headers.vary).toContain('Accept-Encoding');
  });

  it('may stay in a cache for seconds only', async () => {
    expect((await ask('/feeds/news')).headers['cache-control']).toBe('public, max-age=1, s-maxage=1, stale-while-revalidate=2');
  });
});

describe('pages of other origins', () => {
  it('may read where they are listed', async () => {
    const { headers } = await ask('/feeds/news', { origin: 'https://news.example' });
    expect(headers).toMatchObject({ 'access-control-allow-origin': 'https://news.example', vary: 'Origin, Accept-Encoding' });
    for (const origin of ['https://evil.example', 'null', 'https://news.example.evil.example']) {
      const other = await ask('/feeds/news', { origin });
      expect(other.headers['access-control-allow-origin']).toBeUndefined();
      expect(other.headers.vary).toContain('Origin');
    }
  });

  it('get an answer to their preflight requests', async () => {
    const headers = {
      origin: 'https://news.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'last-event-id',
    };
    const allowed = await ask('/feeds/news/events', headers, 'OPTIONS');
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-origin': 'https://news.example',
    });
    const refused = await ask('/feeds/news/events', { ...headers, origin: 'https://evil.example' }, 'OPTIONS');
    expect(refused.headers['access-control-allow-methods']).toBeUndefined();
  });
});

describe('pictures', () => {
  it('are served from the database, and can do nothing', async () => {
    const { status, headers, body } = await ask(`/pictures/${picture}`);
    expect([status, body.toString()]).toEqual([200, 'bytes of a picture']);
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=3600, s-maxage=60, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    expect((await ask(`/pictures/${picture}`, { 'if-none-match': `"${picture}"` })).status).toBe(304);
  });

  it('are served from the folder of a feed', async () => {
    const { status, headers, body } = await ask('/feeds/folder/pictures/there.jpg');
    expect([status, headers['content-type'], body.toString()]).toEqual([200, 'image/jpeg', 'bytes of a file']);
  });

  it.each([
    '/pictures/none.png',
    '/pictures/page.html',
    '/pictures/..%2f..%2fetc%2fpasswd',
    '/feeds/folder/pictures/page.html',
    '/feeds/folder/pictures/link.jpg',
    '/feeds/folder/pictures/..%2fwatchpost-secret.jpg',
    '/feeds/folder/pictures/%2e%2e%2fwatchpost-secret.jpg',
    '/feeds/folder/pictures/there.jpg%00.png',
    '/feeds/news/pictures/there.jpg',
    '/feeds/other/pictures/there.jpg',
  ])('are not at %s', async (target) => {
    const { status, body } = await ask(target);
    expect([status, body.toString().includes('secret')]).toEqual([404, false]);
  });
});
