import { decoded, fromMarkdown, fromMrkdwn, lines, literally, type Pieces } from './pieces.ts';
import { isRecord, isTechnical, isUrlKey, stringOf, stringsIn, type Fields } from './fields.ts';
import { fromRichText } from './rich-text.ts';
import type { Texts } from './texts.ts';

/** What blocks say. */
export interface BlockTexts {
  /** Line by line, as a reader sees it. */
  shown: Pieces[];
  /** Markdown as it was written. */
  written: Pieces[];
  /** What only an app can see: a button's value. */
  hidden: string[];
  /** Addresses behind buttons and pictures. */
  links: string[];
}

/** Of nested fields; no known block has more than eight levels. */
const deepest = 20;
/** Fields whose text a reader sees, or hears. */
const shownKeys = new Set(['text', 'title', 'alt_text', 'author_name', 'provider_name', 'description', 'label', 'name', 'fallback']);

/** All that blocks of any type say. Pure; takes whatever Slack sends. */
export function readBlocks(blocks: unknown): BlockTexts {
  const found: BlockTexts = { shown: [], written: [], hidden: [], links: [] };
  collect(blocks, '', 0, found);
  return found;
}

/** Adds what blocks say. */
export function addBlocks(texts: Texts, where: string, { shown, written, hidden, links }: BlockTexts): void {
  texts.add(where, lines(shown));
  for (const each of written) texts.add(where, each);
  for (const url of links) texts.add(where === 'text' ? 'link' : `${where}: link`, literally(url));
  for (const each of hidden) texts.add(where === 'text' ? 'hidden field' : `${where}: hidden field`, literally(each));
}

function collect(node: unknown, key: string, depth: number, found: BlockTexts): void {
  if (typeof node === 'string') return collectString(node, key, found);
  // Of a cell of a table. Other numbers are sizes and limits.
  if (typeof node === 'number' && key === 'value') return void found.hidden.push(String(node));
  if (typeof node !== 'object' || node === null) return;
  if (depth > deepest) return void found.hidden.push(...stringsIn(node));
  if (Array.isArray(node)) {
    for (const each of node) collect(each, key, depth + 1, found);
    return;
  }
  if (!isRecord(node)) return;
  const text = textObject(node, found);
  if (text) return void found.shown.push(text);
  for (const [name, value] of Object.entries(node)) if (!isTechnical(name)) collect(value, name, depth + 1, found);
}

function collectString(text: string, key: string, found: BlockTexts): void {
  if (text === '') return;
  if (isUrlKey(key)) found.links.push(text);
  else if (shownKeys.has(key)) found.shown.push(fromMrkdwn(text));
  else found.hidden.push(text);
}

/** A node that is a text by itself; null: it is not. */
function textObject(node: Fields, found: BlockTexts): Pieces | null {
  const type = stringOf(node, 'type');
  if (/^rich_text(?:_|$)/.test(type)) {
    const { pieces, hidden } = fromRichText(node);
    found.hidden.push(...hidden);
    return pieces;
  }
  const text = node['text'];
  if (typeof text !== 'string') return null;
  if (type === 'mrkdwn' || type === 'plain_text') return type === 'mrkdwn' ? fromMrkdwn(text) : fromPlain(text);
  if (type === 'raw_text') return literally(text);
  if (type !== 'markdown') return null;
  found.written.push(literally(text));
  return fromMarkdown(text);
}

/** Plain text has no marks, but Slack escapes it all the same. */
const fromPlain = (text: string): Pieces => literally(decoded(text));
