import { fastify, type FastifyInstance } from 'fastify';
import { registerErrorHandler } from '@watchpost/ingest/error-handler';
import { startQuotes, type QuotesDatabase } from '@watchpost/ingest/quotes/quotes';
import { AppError } from '@watchpost/shared/errors';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createMemoryDocuments } from '../support/memory-documents.ts';

const token = 'a-token-of-24-characters';
const second = 'another-token-while-rotating';
const quoteSchema = z.object({ id: z.string(), text: z.string(), tags: z.array(z.string()), author: z.string().nullable() });
const addedSchema = z.object({ quote: quoteSchema, isNew: z.boolean() });
const pageSchema = z.object({ quotes: z.array(quoteSchema), next: z.string().nullable() });

let app: FastifyInstance;
let logged: string[];
let nowMs: number;
let database: QuotesDatabase;
let touched: number;

beforeEach(async () => {
  logged = [];
  nowMs = 1_000_000;
  touched = 0;
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const documents = createMemoryDocuments();
  database = {
    isConfigured: true,
    current: () => {
      touched += 1;
      return { documents };
    },
  };
  app = fastify({ logger: false });
  registerErrorHandler(app, log);
  const intake = startQuotes(
    { QUOTES_TOKEN: [token, second] },
    { database: { isConfigured: true, current: () => database.current() }, log, now: () => nowMs },
  );
  intake?.register(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => app.close());

async function ask(
  method: string,
  path: string,
  { body, as = token, headers = {} }: { body?: unknown; as?: string | null; headers?: Record<string, string> } = {},
) {
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      ...(as !== null && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}
const add = async (body: object) => addedSchema.parse(await (await ask('POST', '/quotes', { body })).json());

it('adds, lists by pages and tags, picks one, and removes', async () => {
  const first = await ask('POST', '/quotes', { body: { text: 'One', author: 'Ada', tags: ['Math'] } });
  expect(first.status).toBe(201);
  const { quote } = addedSchema.parse(await first.json());
  expect(quote).toMatchObject({ text: 'One', author: 'Ada', tags: ['math'] });
  const again = await ask('POST', '/quotes', { body: { text: 'one!' } });
  expect([again.status, addedSchema.parse(await again.json())]).toMatchObject([200, { isNew: false, quote: { id: quote.id } }]);
  await add({ text: 'Two', tags: ['other'] });
  await add({ text: 'Three' });

  const page = pageSchema.parse(await (await ask('GET', '/quotes?limit=2')).json());
  expect(page.quotes).toHaveLength(2);
  const rest = pageSchema.parse(await (await ask('GET', `/quotes?limit=2&cursor=${page.next ?? ''}`)).json());
  expect([...page.quotes, ...rest.quotes].map(({ text }) => text).toSorted()).toEqual(['One', 'Three', 'Two']);
  expect(rest.next).toBeNull();
  expect(pageSchema.parse(await (await ask('GET', '/quotes?tag=MATH', { as: second })).json()).quotes).toMatchObject([{ text: 'One' }]);
  expect(await (await ask('GET', '/quotes/random?tag=other')).json()).toMatchObject({ quote: { text: 'Two' } });
  expect(await (await ask('GET', '/tags')).json()).toEqual({ tags: ['math', 'other'] });

  expect((await ask('DELETE', `/quotes/${quote.id}`)).status).toBe(204);
  expect((await ask('DELETE', `/quotes/${quote.id}`)).status).toBe(404);
  const none = await ask('GET', '/quotes/random?tag=math');
  expect([none.status, await none.json()]).toMatchObject([404, { error: { code: 'quote-unknown' } }]);
});

const routes = [
  ['GET', '/quotes'],
  ['GET', '/quotes/random'],
  ['POST', '/quotes'],
  ['GET', '/tags'],
  ['DELETE', `/quotes/${'0'.repeat(32)}`],
  ['HEAD', '/tags'],
] as const;

it.each(routes)('answers %s %s without a valid token with one and the same 401, before anything is read', async (method, path) => {
  const body = method === 'POST' ? '{ not JSON' : undefined;
  const answers = await Promise.all(
    [null, '', 'wrong', `${token}x`, token.slice(0, -1), token.toUpperCase()].map(async (as) => {
      const answer = await ask(method, path, { as, ...(body !== undefined && { body }) });
      return { status: answer.status, realm: answer.headers.get('www-authenticate'), text: await answer.text() };
    }),
  );
  expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 401, realm: 'Bearer realm="quotes"' });
  expect(touched).toBe(0);
  expect(logged.join('')).not.toContain(token.slice(0, -1));
});

it('takes only a few wrong tokens a minute, and a right one at any time', async () => {
  const statuses: number[] = [];
  for (let tries = 0; tries < 25; tries += 1) statuses.push((await ask('GET', '/tags', { as: `wrong-${tries}` })).status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  const limited = await ask('GET', '/tags', { as: 'wrong' });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60']);
  expect((await ask('GET', '/tags')).status).toBe(200);
  nowMs += 60_000;
  expect((await ask('GET', '/tags', { as: 'wrong' })).status).toBe(401);
});

it.each([
  ['no JSON', '{ not JSON', 400],
  ['no text', { author: 'x' }, 400],
  ['an empty text', { text: ' ' }, 400],
  ['a text that is too long', { text: 'x'.repeat(10_001) }, 400],
  ['tags that are none', { text: 'x', tags: 'a' }, 400],
  ['a body that is too large', { text: 'x', more: 'x'.repeat(140_000) }, 413],
])('refuses %s', async (_what, body, status) => {
  const answer = await ask('POST', '/quotes', { body });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { message: expect.any(String) } });
  expect(pageSchema.parse(await (await ask('GET', '/quotes')).json()).quotes).toEqual([]);
});

it('refuses what is no application/json', async () => {
  const answer = await ask('POST', '/quotes', { body: '{"text":"x"}', headers: { 'content-type': 'text/plain' } });
  expect(answer.status).toBe(415);
});

it.each([
  '/quotes?limit=0',
  '/quotes?limit=101',
  '/quotes?limit=x',
  '/quotes?cursor=x',
  '/quotes?tag=a/b',
  '/quotes?tags=a',
  '/quotes?tag=a&tag=b',
])('refuses %s', async (path) => {
  expect((await ask('GET', path)).status).toBe(400);
});

it('says 503 with when to ask again while the database is not open, or away', async () => {
  database.current = () => null;
  const early = await ask('GET', '/quotes/random');
  expect([early.status, early.headers.get('retry-after'), await early.json()]).toMatchObject([
    503,
    '5',
    { error: { code: 'gallery-unavailable' } },
  ]);
  const away = async (): Promise<never> => {
    throw new AppError('gallery-unavailable', 'the database at secret-host does not answer');
  };
  database.current = () => ({ documents: { ...createMemoryDocuments(), find: away, get: away } });
  const late = await ask('POST', '/quotes', { body: { text: 'x' } });
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await late.text()).not.toContain('secret-host');
});

it('is not there at all without a token', () => {
  expect(startQuotes({ QUOTES_TOKEN: undefined }, { database, log: pino({ level: 'silent' }) })).toBeNull();
});
