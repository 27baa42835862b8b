import type { MessageText } from '@watchpost/shared/chat/message';
import type { Block, Inline, Written, WrittenList } from '@watchpost/shared/chat/written';

/** How emoji are written: by their names, or as characters where they have any. */
type EmojiAs = 'name' | 'character';

/** What a part of a line reads as, without formatting. */
function inlineText(inline: Inline, emojiAs: EmojiAs): string {
  if (inline.type === 'text') return inline.text;
  if (inline.type === 'link') return inline.text ?? inline.url;
  if (inline.type === 'member') return `@${inline.member}`;
  if (inline.type === 'group') return `@${inline.name ?? inline.group}`;
  if (inline.type === 'channel') return `#${inline.channel}`;
  if (inline.type === 'broadcast') return `@${inline.range}`;
  if (inline.type === 'emoji') return emojiAs === 'character' && inline.unicode !== null ? inline.unicode : `:${inline.name}:`;
  if (inline.type === 'time') return inline.fallback;
  return inline.type === 'color' ? inline.value : '\n';
}

/** The parts of all lines, in order; lines of code are texts. Bounded by the size of the message: nesting is walked, not copied. */
function linesOf(blocks: readonly Block[]): Inline[][] {
  return blocks.flatMap((block): Inline[][] => {
    if (block.type === 'paragraph' || block.type === 'heading') return [block.inlines];
    if (block.type === 'code') return [[{ type: 'text', text: block.text }]];
    if (block.type === 'list') return listLines(block);
    return block.type === 'quote' ? linesOf(block.blocks) : [];
  });
}

const listLines = ({ items }: WrittenList): Inline[][] =>
  items.flatMap(({ inlines, lists }) => [inlines, ...lists.flatMap((list) => listLines(list))]);

/** All that a message says, for rules: its text as a reader sees it, the addresses behind its links, and what its pictures are called. Pure. */
export function textsOf({ blocks, pictures }: Written): MessageText[] {
  const lines = linesOf(blocks);
  const shown = lines.map((line) => line.map((inline) => inlineText(inline, 'name')).join('')).join('\n');
  const links = lines.flat().flatMap((inline) => {
    if (inline.type === 'time') return inline.url ?? [];
    return inline.type === 'link' && inline.text !== null ? inline.url : [];
  });
  const named = pictures.flatMap(({ name, title, altText }, index) =>
    [
      { what: 'name', text: name },
      { what: 'title', text: title },
      { what: 'description', text: altText },
    ].flatMap(({ what, text }) => (text === null ? [] : { where: `file ${String(index + 1)}: ${what}`, text })),
  );
  return [{ where: 'text', text: shown }, ...links.map((text) => ({ where: 'link', text })), ...named].filter(({ text }) => text !== '');
}

/** What people write around a name: `@ada: …`, `(cc @ben), …`. */
const mostSigns = 20;
const signs = /^[\s,:;.!()[\]–—-]{1,20}/u;
/** So much of the beginning of a message may be mentions and emoji, parts. */
const mostBefore = 50;

/**
 * How a message begins: as it is written, and without the mentions, emoji and signs that it begins with, one after the other; each once with the
 * names of emoji and once with their characters. Of each at least the first `length` characters, if it is so long. Pure.
 */
export function beginningsOf({ blocks }: Written, length: number): string[] {
  const parts = linesOf(blocks)
    .flatMap((line): Inline[] => [...line, { type: 'break' }])
    .filter((part) => part.type !== 'text' || trimmed(part.text) !== '');
  const beginnings: string[] = [];
  for (let first = 0; first < Math.min(parts.length, mostBefore); first += 1) {
    for (const emojiAs of ['name', 'character'] as const) {
      const text = textFrom(parts, first, emojiAs, length + mostSigns);
      beginnings.push(text, text.replace(signs, ''));
    }
    const { type, text } = { text: '', ...(parts[first] ?? { type: 'text' }) };
    if (type === 'link' || type === 'time' || type === 'color' || (type === 'text' && trimmed(text).replace(signs, '') !== '')) break;
  }
  return beginnings;
}

function textFrom(parts: readonly Inline[], first: number, emojiAs: EmojiAs, length: number): string {
  let text = '';
  for (let index = first; index < parts.length; index += 1) {
    const part = parts[index];
    if (part) text += inlineText(part, emojiAs);
    if (trimmed(text).length >= length) break;
  }
  return trimmed(text);
}

/** Without what nobody sees before the first character. */
const trimmed = (text: string): string => text.replace(/^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]+/u, '');
