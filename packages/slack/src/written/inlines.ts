import type { Block, Inline } from '@watchpost/shared/chat/written';
import { emojiName } from './emoji.ts';
import type { Room } from './room.ts';

type Styled = Extract<Inline, { type: 'text' }>;
export type Style = NonNullable<Styled['styles']>[number];
/** As an inline has them: none where there are none. */
export interface Styles {
  styles?: Style[] | undefined;
}

/** As Slack's rich text names them too. */
export const allStyles: readonly Style[] = ['bold', 'italic', 'strike', 'underline', 'code'];

/** Styles in one order, each once. */
export function stylesOf(set: Iterable<Style>): Styles {
  const wanted = new Set(set);
  return wanted.size === 0 ? {} : { styles: allStyles.filter((style) => wanted.has(style)) };
}

/** Collects the parts of a line; what follows each other in one style is one text. */
export interface Inlines {
  list: readonly Inline[];
  add(inline: Inline): void;
  /** As much of a text as there is room for. */
  fit(text: string): string;
  /** A literal text; its lines become breaks. */
  text(text: string, styles: Styles): void;
}

/** Collects parts for as long as there is room. */
export function createInlines(room: Room): Inlines {
  const list: Inline[] = [];
  const add = (inline: Inline): void => {
    const last = list.at(-1);
    if (inline.type === 'text' && last?.type === 'text' && sameStyles(inline, last))
      list[list.length - 1] = { ...last, text: last.text + inline.text };
    else if (room.place()) list.push(inline);
  };
  return {
    list,
    add,
    fit: (text) => room.text(text),
    text: (text, styles) => {
      for (const [index, line] of room
        .text(text)
        .split(/\r\n?|\n/)
        .entries()) {
        if (index > 0) add({ type: 'break' });
        if (line !== '') add({ type: 'text', text: line, ...styles });
      }
    },
  };
}

const sameStyles = (one: Styles, other: Styles): boolean => (one.styles ?? []).join(' ') === (other.styles ?? []).join(' ');

/** Ids of members, channels and groups. */
export const isId = (id: string): boolean => /^[A-Z0-9][\w-]{0,63}$/.test(id);

/** Not the minutes of `14:02:33`. */
const emojiCode = /:(?!(?<=\p{N}:)\p{N}+:)([\p{L}\p{N}\p{M}_+'’.-]{1,100}(?:::skin-tone-[2-6])?):/gu;

/** A text with its emoji codes: `:tada:`. Entities are decoded already. */
export function addWithEmoji(inlines: Inlines, text: string, styles: Styles): void {
  let from = 0;
  for (const found of text.matchAll(emojiCode)) {
    inlines.text(text.slice(from, found.index), styles);
    inlines.add({ type: 'emoji', name: inlines.fit(emojiName(found[1] ?? '')), unicode: null, ...styles });
    from = found.index + found[0].length;
  }
  inlines.text(text.slice(from), styles);
}

/** Paragraphs of lines: an empty line parts them, and none begins or ends with one. */
export function paragraphsOf(inlines: readonly Inline[]): Block[] {
  const paragraphs: Inline[][] = [[]];
  let breaks = 0;
  for (const inline of inlines) {
    if (inline.type === 'break') {
      breaks += 1;
      continue;
    }
    const isBlank = inline.type === 'text' && inline.text.trim() === '';
    // A line of spaces is an empty one.
    if (isBlank && breaks > 0) continue;
    const current = paragraphs.at(-1) ?? [];
    if (breaks > 1 && current.length > 0) paragraphs.push([inline]);
    else {
      if (breaks === 1 && current.length > 0) current.push({ type: 'break' });
      current.push(inline);
    }
    breaks = 0;
  }
  return paragraphs.filter(hasWords).map((each) => ({ type: 'paragraph', inlines: each }));
}

const hasWords = (inlines: readonly Inline[]): boolean => inlines.some((inline) => inline.type !== 'text' || inline.text.trim() !== '');

/** What stands in a line, without its formatting: for code. */
export function plainOf(inline: Inline): string {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'link':
      return inline.text ?? inline.url;
    case 'member':
      return `@${inline.member}`;
    case 'group':
      return inline.name ?? `@${inline.group}`;
    case 'channel':
      return `#${inline.channel}`;
    case 'broadcast':
      return `@${inline.range}`;
    case 'emoji':
      return inline.unicode ?? `:${inline.name}:`;
    case 'time':
      return inline.fallback;
    case 'color':
      return inline.value;
    case 'break':
      break;
  }
  return '\n';
}

/** Puts blocks into a quote; into the one before, if that is the last block. */
export function addQuote(blocks: Block[], quoted: readonly Block[]): void {
  if (quoted.length === 0) return;
  const last = blocks.at(-1);
  if (last?.type === 'quote') last.blocks.push(...quoted);
  else blocks.push({ type: 'quote', blocks: [...quoted] });
}
