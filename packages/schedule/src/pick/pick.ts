import { load } from 'cheerio';
import { parseFeed } from 'feedsmith';
import { query, type JsonValue } from 'jsonpath-rfc9535';
import { parseUrl } from '@watchpost/shared/parse-url';
import { z } from 'zod';
import { feedFields } from '../names.ts';
import type { Fields, Value } from '../template.ts';
import type { FieldSettings } from '../file/schedule-file.ts';
import { elementText } from './element-text.ts';
import { feedEntries } from './feed-entries.ts';
import { parseJson } from './parse-json.ts';
import { readValue } from './read-value.ts';

/** What to pick out of what was fetched. */
export interface Picking {
  as: 'feed' | 'json' | 'html' | 'text';
  content: string;
  /** Of the last redirect: addresses in a page are relative to it. */
  url: string;
  items: string | undefined;
  fields: Readonly<Record<string, FieldSettings>>;
  most: number;
  timeZone: string;
}

/** Picks items out of what was fetched, in its order. An item none of whose fields is there is left out. Throws what cannot be read. */
export function pick(picking: Picking): Fields[] {
  const picked = { feed: pickFeed, json: pickJson, html: pickHtml, text: pickText }[picking.as](picking);
  return picked.filter((fields) => Object.values(fields).some((value) => value !== null));
}

const plainText = { as: 'text', decimal: '.', format: undefined } as const;

function pickFeed({ content, fields, most, timeZone }: Picking): Fields[] {
  const entries = feedEntries(parseFeed(content)).slice(0, most);
  const wanted = Object.entries(fields);
  if (wanted.length === 0)
    return entries.map((entry) => Object.fromEntries(feedFields.map((name) => [name, readValue(entry[name], plainText, timeZone)])));
  const named = (at: string | undefined) => feedFields.find((name) => name === at);
  return entries.map((entry) =>
    mapped(wanted, (field) => {
      const name = named(field.at);
      return readValue(name === undefined ? null : entry[name], field, timeZone);
    }),
  );
}

const jsonSchema: z.ZodType<JsonValue> = z.json();

function pickJson({ content, items, fields, most, timeZone }: Picking): Fields[] {
  const document = jsonSchema.parse(parseJson(content));
  const found = items === undefined ? [document] : query(document, items);
  return found
    .slice(0, most)
    .map((item) => mapped(Object.entries(fields), (field) => readValue(query(item, field.at ?? '$')[0], field, timeZone)));
}

function pickHtml({ content, url, items, fields, most, timeZone }: Picking): Fields[] {
  const $ = load(content);
  const base = parseUrl(url) ?? undefined;
  const found =
    items === undefined
      ? [$.root()]
      : $(items)
          .slice(0, most)
          .toArray()
          .map((each) => $(each));
  return found.map((item) =>
    mapped(Object.entries(fields), (field) => {
      const at = field.at === undefined ? item : item.find(field.at).first();
      if (at.length === 0) return null;
      const written = field.attribute === undefined ? elementText(at.toArray()) : at.attr(field.attribute);
      const isAddress = field.attribute === 'href' || field.attribute === 'src';
      const address = isAddress && written !== undefined ? parseUrl(written, base)?.href : undefined;
      return readValue(address ?? written, field, timeZone);
    }),
  );
}

function pickText({ content, fields, timeZone }: Picking): Fields[] {
  const wanted = Object.entries(fields);
  return [
    wanted.length === 0
      ? { text: readValue(content, plainText, timeZone) }
      : mapped(wanted, (field) => readValue(content, field, timeZone)),
  ];
}

const mapped = <F>(fields: readonly [string, F][], value: (field: F) => Value): Fields =>
  Object.fromEntries(fields.map(([name, field]) => [name, value(field)]));
