import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import { AppError, toAppError, type ErrorCode } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { within } from '@watchpost/shared/wait';
import { newQuoteSchema, tagSchema, type Quote } from '@watchpost/talk/quote';
import { createQuotes, type Quotes } from '@watchpost/talk/quotes';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { BackgroundDatabase } from '../database.ts';
import type { Intake } from '../platforms/platform.ts';
import { createCheckBearer } from './bearer.ts';
import type { quotesEnv } from './config.ts';

/** The longest quote whose characters are all escaped, with its author, its source and its tags. */
const bodyLimit = 131_072;
/** For the database's answer, and before a client asks again. Milliseconds. */
const answerTimeoutMs = 5_000;
const askAgainMs = 5_000;

const pageSchema = z.strictObject({
  tag: tagSchema.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(100).optional(),
});
const randomSchema = z.strictObject({ tag: tagSchema.optional() });
const idSchema = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) });
const noneSchema = z.strictObject({});

/** What quotes need of the gallery's database. */
export interface QuotesDatabase extends Pick<BackgroundDatabase, 'isConfigured'> {
  /** Null: it is not open yet. */
  current: () => Pick<OpenedGallery, 'documents'> | null;
}

interface QuotesOptions {
  database: QuotesDatabase;
  log: Logger;
  now?: () => number;
}

/** `GET` and `POST /quotes` and what belongs to them, as docs/quotes.md says; null: no token is configured. */
export function startQuotes(
  { QUOTES_TOKEN: tokens }: ConfigOf<typeof quotesEnv>,
  { database, log, now = Date.now }: QuotesOptions,
): Intake | null {
  if (!tokens || tokens.length === 0) return null;
  if (!database.isConfigured) log.warn('QUOTES_TOKEN is set, but no database is: there are no quotes over HTTP');
  const checkBearer = createCheckBearer(tokens, { log, now });
  return {
    checks: {},
    register: (app) =>
      void app.register(async (scope) => {
        // What is no JSON is refused before it is read.
        scope.removeContentTypeParser('text/plain');
        scope.addHook('onRequest', async (request, reply) => {
          reply.header('cache-control', 'no-store');
          try {
            checkBearer(request.headers.authorization, request.ip);
          } catch (error) {
            if (toAppError(error).code === 'request-unauthorised') reply.header('www-authenticate', 'Bearer realm="quotes"');
            throw error;
          }
        });
        registerRoutes(scope, async (work) => withQuotes(database, work));
      }),
  };
}

type WithQuotes = <T>(work: (quotes: Quotes, signal: AbortSignal) => Promise<T>) => Promise<T>;

function registerRoutes(scope: FastifyInstance, asking: WithQuotes): void {
  scope.route({
    method: 'GET',
    url: '/quotes',
    handler: async (request) => {
      const { tag = null, limit, cursor = null } = parsed(pageSchema, request.query);
      const { quotes, next } = await asking(async (store, signal) => store.page({ tag, limit, cursor }, signal));
      return { quotes: quotes.map((quote) => shown(quote)), next };
    },
  });
  scope.route({
    method: 'GET',
    url: '/quotes/random',
    handler: async (request) => {
      const { tag = null } = parsed(randomSchema, request.query);
      const quote = await asking(async (store, signal) => store.random(tag, signal));
      if (!quote) throw new AppError('quote-unknown', tag === null ? 'there is no quote yet' : 'there is no quote with this tag');
      return { quote: shown(quote) };
    },
  });
  scope.post('/quotes', { bodyLimit }, async (request, reply) => {
    const given = parsed(newQuoteSchema, request.body);
    const { quote, isNew } = await asking(async (store, signal) => store.add(given, signal));
    return reply.code(isNew ? 201 : 200).send({ quote: shown(quote), isNew });
  });
  scope.delete('/quotes/:id', async (request, reply) => {
    const { id } = parsed(idSchema, request.params, 'quote-unknown');
    const wasThere = await asking(async (store, signal) => store.remove(id, signal));
    if (!wasThere) throw new AppError('quote-unknown', 'there is no such quote');
    return reply.code(204).send();
  });
  scope.route({
    method: 'GET',
    url: '/tags',
    handler: async (request) => {
      parsed(noneSchema, request.query);
      return { tags: await asking(async (store, signal) => store.tags(signal)) };
    },
  });
}

/** Rejects with `gallery-unavailable`, and when to ask again, while the database is away. */
async function withQuotes<T>(database: QuotesDatabase, work: (quotes: Quotes, signal: AbortSignal) => Promise<T>): Promise<T> {
  const opened = database.current();
  if (!opened) throw away('the database is not open yet');
  const signal = within(new AbortController().signal, answerTimeoutMs);
  try {
    return await work(createQuotes(opened.documents), signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.retry === 'permanent') throw error;
    if (error.code === 'internal' && !signal.aborted) throw error;
    throw away(error.message, error);
  }
}

const away = (message: string, cause?: unknown): AppError =>
  new AppError('gallery-unavailable', message, { retryAfterMs: askAgainMs, cause });

/** A quote as it is sent: its time as people and programs read it. */
function shown({ addedAtMs, ...quote }: Quote) {
  return { ...quote, addedAt: new Date(addedAtMs).toISOString() };
}

/** Throws an error that names the faulty fields, and quotes nothing of what they hold. */
function parsed<T>(schema: z.ZodType<T>, value: unknown, code: ErrorCode = 'request-malformed'): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.map((part) => String(part)).join('.') || 'request'}: ${message}`);
  throw new AppError(code, code === 'quote-unknown' ? 'there is no such quote' : faults.slice(0, 5).join('; ').slice(0, 500));
}
