import { load } from 'cheerio';
import { z } from 'zod';
import { elementText } from './element-text.ts';

/** An entry of a feed, whatever its kind. Texts without markup. */
export type FeedEntry = Readonly<Record<'title' | 'text' | 'link' | 'author' | 'id' | 'date', string | null>>;

const texts = z
  .union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])
  .optional()
  .catch(undefined);
const names = z
  .array(
    z
      .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
      .optional()
      .catch(undefined),
  )
  .optional()
  .catch(undefined);
const links = z
  .array(z.object({ href: z.string(), rel: z.string().optional() }))
  .optional()
  .catch(undefined);
const entrySchema = z.object({
  title: texts,
  description: texts,
  summary: texts,
  content: z
    .union([texts, z.object({ encoded: z.string().optional() }).transform(({ encoded }) => encoded)])
    .optional()
    .catch(undefined),
  content_text: texts,
  content_html: texts,
  link: texts,
  links,
  url: texts,
  guid: texts,
  id: texts,
  authors: names,
  dc: z.object({ creator: texts, creators: names }).partial().optional().catch(undefined),
  pubDate: texts,
  published: texts,
  updated: texts,
  date_published: texts,
});
const list = z.array(z.unknown()).optional();
const parsedSchema = z.object({ feed: z.object({ items: list, entries: list }) });

/** The entries of what feedsmith parsed: RSS, Atom, RDF or a JSON feed. */
export function feedEntries(parsed: unknown): FeedEntry[] {
  const { feed } = parsedSchema.parse(parsed);
  return [...(feed.items ?? []), ...(feed.entries ?? [])].flatMap((each) => {
    const entry = entrySchema.safeParse(each).data;
    return entry ? [toEntry(entry)] : [];
  });
}

/** The first of these that is there. */
const first = (...texts: readonly (string | undefined)[]): string | undefined => texts.find((text) => text !== undefined);

function toEntry(entry: z.output<typeof entrySchema>): FeedEntry {
  const { authors = [], dc = {}, links: hrefs = [] } = entry;
  const alternate = hrefs.find(({ rel = 'alternate' }) => rel === 'alternate') ?? hrefs[0];
  const link = first(entry.link, entry.url, alternate?.href) ?? null;
  return {
    title: withoutMarkup(entry.title),
    text: withoutMarkup(first(entry.summary, entry.description, entry.content_text, entry.content_html, entry.content)),
    link,
    author: first(...authors, dc.creator, ...(dc.creators ?? [])) ?? null,
    id: first(entry.guid, entry.id) ?? link,
    date: isoDate(first(entry.pubDate, entry.published, entry.updated, entry.date_published)),
  };
}

/** Feeds hold HTML where they like. */
const withoutMarkup = (text: string | undefined): string | null =>
  text === undefined ? null : /[<&]/.test(text) ? elementText(load(text).root().toArray()).trim() : text;

function isoDate(text: string | undefined): string | null {
  const atMs = Date.parse(text ?? '');
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : null;
}
