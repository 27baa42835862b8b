import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { cut, isVisible } from '@watchpost/shared/text';
import type { Words } from '@watchpost/talk/words/words';
import { messageOf } from '../answering.ts';
import { linesOf } from '../lines.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type QuoteShelf, type ShownQuote, type WordsDeps } from './words-deps.ts';

/** As much of a quote as fits in one message with its author. */
const shown = { characters: 3_000, units: 3_400 };
const mostTagsListed = 60;

/** `/quote`, `/quote TAG`, `/quote add TEXT – AUTHOR #tag`, `/quote tags`. */
export const quote: TalkCommand<WordsDeps> = {
  name: 'quote',
  run: async (typed, talker, deps, signal) => {
    const { quotes: words } = wordsOf(talker, deps);
    const { quotes: shelf } = deps;
    const [, first = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/u.exec(typed) ?? [];
    const verb = first.toLowerCase();
    if (verb === 'add') return messageOf(await add(rest, words, shelf, signal));
    if (verb === 'tags' && rest === '') return messageOf(tagLines(await shelf.tags(signal), words));
    const tag = typed.replace(/^#/u, '').trim();
    const found = await shelf.random(tag === '' ? null : tag, signal);
    if (found) return messageOf(textOf(found, words));
    return messageOf(tag === '' ? words.none : words.noneAbout(cut(tag, { characters: 40, units: 160 })));
  },
};

function textOf({ text, author, source }: ShownQuote, words: Words['quotes']): RichText {
  const most = cut(text, shown);
  return words.shown(most === text ? text : `${most}…`, author, source);
}

function tagLines(tags: readonly string[], words: Words['quotes']): RichText {
  if (tags.length === 0) return words.noTags;
  const left = tags.length - mostTagsListed;
  return linesOf([words.tags, ...tags.slice(0, mostTagsListed).map((tag) => words.tag(tag)), ...(left > 0 ? [words.more(left)] : [])]);
}

async function add(typed: string, words: Words['quotes'], shelf: QuoteShelf, signal: AbortSignal): Promise<RichText> {
  const parsed = parseQuote(typed);
  if (!isVisible(parsed.text)) return words.addWhat;
  try {
    const added = await shelf.add({ ...parsed, source: null }, signal);
    return added.isNew ? words.added(added.quote.tags) : words.known;
  } catch (error) {
    const { retry, message } = toAppError(error);
    if (retry !== 'permanent') throw error;
    return words.refused(message.replaceAll(/^not a quote: |\.$/gu, ''));
  }
}

/** `TEXT – AUTHOR #tag #tag`: tags at the end are taken off the text; the author stands after a dash, the last one. Pure. */
export function parseQuote(typed: string): { text: string; author: string | null; tags: string[] } {
  const [tail = ''] = /(?:(?:^|\s+)#[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*)+\s*$/u.exec(typed) ?? [];
  const tags = Array.from(tail.matchAll(/#([^\s#]+)/gu), ([, tag = '']) => tag);
  const body = typed.slice(0, typed.length - tail.length).trim();
  // A hyphen is a dash at the beginning of a line only.
  const [, before, author] = /^([\s\S]*\S)(?:\s+(?:[–—―]|--)|\s*\n\s*-)\s*([^\n–—―]{1,100})$/u.exec(body) ?? [];
  const isSaid = before !== undefined && author !== undefined && isVisible(author);
  return isSaid ? { text: unquoted(before), author: author.trim(), tags } : { text: unquoted(body), author: null, tags };
}

/** Without the marks around all of it: we put our own. */
function unquoted(text: string): string {
  const [, inside] = /^["“„«]([^"“”„«»]*)["”“»]$/u.exec(text.trim()) ?? [];
  return (inside ?? text).trim();
}
