import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import { mostTags, newQuoteSchema, quoteId, tagOf, type NewQuote, type Quote } from './quote.ts';
import { pickEvenly, placeOf } from './quote-places.ts';

export type { NewQuote, Quote } from './quote.ts';

/** A page of quotes. */
export interface QuotePage {
  quotes: Quote[];
  /** What asks for the next page; null: this is the last one. */
  next: string | null;
}

/** Quotes, on small documents. Methods reject with `gallery-unavailable`. Tags may be given in any spelling of theirs. */
export interface Quotes {
  /**
   * Keeps a quote. One whose text is there already stays as it is, except that it gets the new one's tags, and its author and source where
   * they were unknown. Rejects with `quote-invalid` naming the faulty fields.
   */
  add(quote: NewQuote, signal: AbortSignal): Promise<{ quote: Quote; isNew: boolean }>;
  /** Any quote with this tag (null: any at all), each with the same chance; null: there is none. */
  random(tag: string | null, signal: AbortSignal): Promise<Quote | null>;
  get(id: string, signal: AbortSignal): Promise<Quote | null>;
  /** The newest first. Rejects with `quote-invalid` for a cursor that is not ours. `limit`: at most 200. */
  page(query: { tag: string | null; limit: number; cursor: string | null }, signal: AbortSignal): Promise<QuotePage>;
  /** Those that a quote has, in the order of the alphabet; the first 1,000. */
  tags(signal: AbortSignal): Promise<string[]>;
  /** Resolves to whether there was one. */
  remove(id: string, signal: AbortSignal): Promise<boolean>;
}

const kind = 'quote';
/** Where a quote is in the order that one is picked by: without a body, so that looking at some is cheap. */
const placeKind = 'quote-place';
const tagKind = 'quote-tag';
const mostListedTags = 1_000;
/** So many are never added in one millisecond. */
const pageSize = 50;

const bodySchema = z.object({
  text: z.string(),
  author: z.string().nullable(),
  source: z.string().nullable(),
  tags: z.array(z.string()),
});
const tagKey = (tag: string): string => `tag:${tag}`;
const keysOf = (tags: readonly string[]): string[] => tags.map((tag) => tagKey(tag));
/** What finds those with the tag; undefined: there is none such. */
function conditionOf(tag: string | null): { key?: string } | undefined {
  if (tag === null) return {};
  const known = tagOf(tag);
  return known === null ? undefined : { key: tagKey(known) };
}

export function createQuotes(documents: DocumentStore): Quotes {
  const read = async (id: string, signal: AbortSignal): Promise<Quote | null> => {
    const { document } = await documents.get(kind, id, signal);
    return document && { id, ...bodySchema.parse(document.body), addedAtMs: document.atMs };
  };
  return {
    add: async (given, signal) => {
      const parsed = newQuoteSchema.safeParse(given);
      if (!parsed.success) throw invalid(parsed.error);
      return untilNoConflict(async () => write(parsed.data, documents, signal), signal);
    },
    random: async (tag, signal) => {
      const condition = conditionOf(tag);
      if (!condition) return null;
      // A place whose quote is gone: somebody is removing it, or has died before it was written.
      for (let tries = 0; tries < 20; tries += 1) {
        const id = await pickEvenly(async (range) => documents.find({ kind: placeKind, ...condition, ...range, order: 'oldest' }, signal));
        const found = id === null ? null : await read(id, signal);
        if (found || id === null) return found;
      }
      return null;
    },
    get: read,
    page: async ({ tag, limit, cursor }, signal) => {
      const condition = conditionOf(tag);
      const after = cursor === null ? null : readCursor(cursor);
      const quotes: Quote[] = [];
      if (!condition) return { quotes, next: null };
      const range = { kind, ...condition, ...(after && { beforeMs: after.addedAtMs + 1 }) };
      for await (const { id, atMs, body } of eachDocument(documents, range, Math.max(limit + 2, pageSize), signal)) {
        if (after && atMs === after.addedAtMs && id >= after.id) continue;
        const last = quotes.at(-1);
        if (last && quotes.length >= Math.min(limit, 200)) return { quotes, next: cursorOf(last) };
        quotes.push({ id, ...bodySchema.parse(body), addedAtMs: atMs });
      }
      return { quotes, next: null };
    },
    tags: async (signal) => {
      const found = await documents.find({ kind: tagKind, order: 'oldest', limit: mostListedTags }, signal);
      return found.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b, 'en'));
    },
    remove: async (id, signal) => {
      const found = await read(id, signal);
      if (!found) return false;
      await removeDocument(documents, kind, id, signal);
      await removeDocument(documents, placeKind, id, signal);
      for (const tag of found.tags) await forgetUnused(tag, documents, signal);
      return true;
    },
  };
}

/** Writes a quote that nobody has, or adds to the one that is there. Rejects with `document-conflict`. */
async function write(given: z.output<typeof newQuoteSchema>, documents: DocumentStore, signal: AbortSignal) {
  const id = quoteId(given.text);
  const { document, nowMs } = await documents.get(kind, id, signal);
  const old = document && bodySchema.parse(document.body);
  const body = old ? joined(old, given) : given;
  const quote: Quote = { id, ...body, addedAtMs: document?.atMs ?? Math.floor(nowMs) };
  const isSame = old !== null && JSON.stringify(old) === JSON.stringify(body);
  const common = { id, keys: keysOf(body.tags), expiresAtMs: null };
  // What finds it comes first: whoever dies in between leaves what the next one with this text completes.
  const place = await documents.get(placeKind, id, signal);
  if (!isSame || !place.document)
    await documents.put({ ...common, kind: placeKind, revision: place.document?.revision ?? 0, atMs: placeOf(id), body: {} }, signal);
  for (const tag of body.tags) await noteTag(tag, documents, signal);
  if (!isSame) await documents.put({ ...common, kind, revision: document?.revision ?? 0, atMs: quote.addedAtMs, body }, signal);
  return { quote, isNew: document === null };
}

type Body = z.infer<typeof bodySchema>;

/** What is known of a quote, with what somebody else knows of it. */
const joined = (old: Body, { author, source, tags }: Body): Body => ({
  text: old.text,
  author: old.author ?? author,
  source: old.source ?? source,
  tags: [...new Set([...old.tags, ...tags])].slice(0, mostTags).toSorted(),
});

async function noteTag(tag: string, documents: DocumentStore, signal: AbortSignal): Promise<void> {
  const { document, nowMs } = await documents.get(tagKind, tag, signal);
  if (!document) await documents.put({ kind: tagKind, id: tag, revision: 0, atMs: nowMs, keys: [], expiresAtMs: null, body: {} }, signal);
}

/** Forgets a tag that no quote has any more. */
async function forgetUnused(tag: string, documents: DocumentStore, signal: AbortSignal): Promise<void> {
  const isUsed = async (): Promise<boolean> =>
    (await documents.find({ kind: placeKind, key: tagKey(tag), order: 'oldest', limit: 1 }, signal)).length > 0;
  if (await isUsed()) return;
  await removeDocument(documents, tagKind, tag, signal);
  // Somebody may have used it meanwhile, and have seen that it was there.
  if (await isUsed()) await untilNoConflict(async () => noteTag(tag, documents, signal), signal);
}

function invalid(error: z.ZodError): AppError {
  const [issue] = error.issues;
  const field = issue?.path.map((part) => String(part)).join('.');
  return new AppError('quote-invalid', `not a quote: ${field ? `${field} ` : ''}${issue?.message ?? 'is wrong'}`);
}

/** A time of 15 digits at most: others are beyond what a clock can show. */
const cursorSchema = z.tuple([
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  z.string().regex(/^[0-9a-f]{32}$/),
]);
const cursorOf = ({ addedAtMs, id }: Quote): string => `${addedAtMs}-${id}`;

function readCursor(cursor: string): { addedAtMs: number; id: string } {
  const parsed = cursorSchema.safeParse(cursor.split('-'));
  if (!parsed.success) throw new AppError('quote-invalid', 'the cursor is not one that we gave');
  const [addedAtMs, id] = parsed.data;
  return { addedAtMs, id };
}
