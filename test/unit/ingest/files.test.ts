import { randomBytes } from 'node:crypto';
import { createFileLinks } from '@watchpost/convert/file-link';
import { createKeptFiles } from '@watchpost/convert/kept-files';
import { startFiles } from '@watchpost/ingest/files/files';
import type { BackgroundDatabase } from '@watchpost/ingest/database';
import { registerErrorHandler } from '@watchpost/ingest/error-handler';
import { createLogger } from '@watchpost/shared/observability/logger';
import { fastify } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const keys: readonly [string] = ['a key that only tests have'];
const documents = createMemoryDocuments();
const links = createFileLinks(keys);
const bytes = randomBytes(700_000);
const log = createLogger('test', 'silent');
let reads = 0;

function served(isOpen = true, now = Date.now) {
  const counting = {
    ...documents,
    get: async (...args: Parameters<typeof documents.get>) => {
      reads += 1;
      return documents.get(...args);
    },
  };
  // The route uses nothing else of what is opened.
  const opened = JSON.parse('{}');
  const database: BackgroundDatabase = {
    isConfigured: true,
    current: () => (isOpen ? Object.assign(opened, { documents: counting }) : null),
    opened: async () => opened,
    done: Promise.resolve(),
  };
  const app = fastify();
  registerErrorHandler(app, log);
  startFiles({ database, messageKeys: keys, log, now })?.register(app);
  return app;
}

let path = '';
let expiresAtMs = 0;
let id = '';

beforeAll(async () => {
  async function* content() {
    yield bytes;
  }
  const kept = await createKeptFiles(documents).keep({ name: 'Söng "1".mp3', mimeType: 'audio/mpeg', content: content() }, 60_000, never);
  path = links.pathOf(kept);
  ({ id, expiresAtMs } = kept);
});

describe('GET /files', () => {
  it('gives out a file whatever its name', async () => {
    for (const name of [`${'\u{1F3B5}'.repeat(60)}.mp3`, `${'a'.repeat(120)}.mp3`, 'a%2Fb? c#d.mp3']) {
      const answer = await served().inject(links.pathOf({ id, name, expiresAtMs }));
      expect(answer.statusCode).toBe(200);
    }
  });

  it('gives out the file as one to be saved', async () => {
    const answer = await served().inject(path);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': '700000',
      'content-disposition': `attachment; filename="S_ng _1_.mp3"; filename*=UTF-8''S%C3%B6ng%20%221%22.mp3`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'accept-ranges': 'bytes',
    });
    const head = await served().inject({ method: 'HEAD', url: path });
    expect(head.statusCode).toBe(200);
    expect(head.headers['content-length']).toBe('700000');
    expect(head.rawPayload).toHaveLength(0);
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=524280-524300', 524_280, 524_301],
    ['bytes=699990-', 699_990, 700_000],
    ['bytes=-10', 699_990, 700_000],
    ['bytes=699990-9999999', 699_990, 700_000],
  ])('gives out a part: %s', async (range, from, to) => {
    const answer = await served().inject({ url: path, headers: { range } });
    expect(answer.statusCode).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes ${from}-${to - 1}/700000`);
    expect(answer.rawPayload.equals(bytes.subarray(from, to))).toBe(true);
  });

  it('says which parts there are not, and gives out all for what it does not understand', async () => {
    for (const range of ['bytes=700000-', 'bytes=-0'])
      expect(await served().inject({ url: path, headers: { range } })).toMatchObject({ statusCode: 416 });
    for (const range of ['bytes=5-2', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=-'])
      expect(await served().inject({ url: path, headers: { range } })).toMatchObject({ statusCode: 200 });
  });

  it('answers a wrong signature as if there were no such file, and looks nothing up', async () => {
    const until = String(Math.floor(expiresAtMs));
    const sig = /sig=([\w-]+)/.exec(path)?.[1] ?? '';
    const other = createFileLinks(['another key']).pathOf({ id, name: 'x', expiresAtMs });
    const app = served();
    reads = 0;
    for (const url of [
      `/files/${id}/x`,
      `/files/${id}/x?until=${until}&sig=`,
      `/files/${id}/x?until=${until}&sig=${sig.slice(1)}`,
      `/files/${id}/x?until=${until}&sig=${sig}A`,
      `/files/${id}/x?until=${until}0&sig=${sig}`,
      `/files/${'b'.repeat(22)}/x?until=${until}&sig=${sig}`,
      `/files/${id}/x?until=${until}&sig=${sig}&sig=${sig}`,
      `/files/${'x'.repeat(90)}/x?until=${until}&sig=${sig}`,
      other,
    ])
      expect(await app.inject(url)).toMatchObject({ statusCode: 404 });
    expect(reads).toBe(0);
  });

  it('says that a link was good once', async () => {
    expect(await served(true, () => expiresAtMs).inject(path)).toMatchObject({ statusCode: 410 });
    const erased = links.pathOf({ id: 'c'.repeat(22), name: 'x', expiresAtMs });
    expect(await served().inject(erased)).toMatchObject({ statusCode: 410 });
  });

  it('asks to come again while the database is not open', async () => {
    const answer = await served(false).inject(path);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
  });

  it('takes links that an older key signed', () => {
    const old = createFileLinks(['old']).pathOf({ id, name: 'x', expiresAtMs });
    const [until = '', sig = ''] = [/until=(\d+)/.exec(old)?.[1], /sig=([\w-]+)/.exec(old)?.[1]];
    expect(createFileLinks(['new', 'old']).check({ id, until, sig }, 0)).toBe('good');
    expect(createFileLinks(['new']).check({ id, until, sig }, 0)).toBe('wrong');
  });
});
