import type { Block, Inline } from '@watchpost/shared/chat/written';
import { decoded } from '../content/pieces.ts';
import { entityInline } from './entity.ts';
import { addQuote, addWithEmoji, createInlines, stylesOf, paragraphsOf, plainOf, type Inlines, type Style } from './inlines.ts';
import type { Room } from './room.ts';

/** U+FFFF is no character: it stands for an entity. */
const placeholder = '\uffff';

/**
 * A text in Slack's mrkdwn: code, quotes, entities, emphasis, emoji. `&amp;`, `&lt;` and `&gt;` are decoded exactly once. `base`: styles of
 * the whole text. Takes linear time, whatever the text is.
 */
export function mrkdwnBlocks(mrkdwn: string, room: Room, base: readonly Style[] = []): Block[] {
  const entities: string[] = [];
  const held = mrkdwnText(mrkdwn, room).replaceAll(/<([^<>\n]+)>/g, (_all, inside: string) => {
    entities.push(inside);
    return placeholder;
  });
  let taken = 0;
  const next = (): string => entities[taken++] ?? '';
  const blocks: Block[] = [];
  for (const [index, part] of held.split(/```([^]*?)```/).entries()) {
    if (index % 2 === 0) addParagraphs(blocks, part, { room, base, next });
    else addCode(blocks, part, room, next);
  }
  return blocks;
}

/** The same in one line, for where there are no paragraphs: a title. */
export function mrkdwnInlines(mrkdwn: string, room: Room, base: readonly Style[] = []): Inline[] {
  const paragraphs = mrkdwnBlocks(mrkdwn, room, base).flatMap((block) => (block.type === 'paragraph' ? [block.inlines] : []));
  return paragraphs.flatMap((inlines, index): Inline[] => (index === 0 ? inlines : [{ type: 'break' }, ...inlines]));
}

const mrkdwnText = (mrkdwn: string, room: Room): string => room.source(mrkdwn).replaceAll(/\r\n?/g, '\n');

/** What the lines of one text have in common. `next`: the entity that comes next. */
interface Reading {
  room: Room;
  base: readonly Style[];
  next: () => string;
}

function addCode(blocks: Block[], code: string, room: Room, next: () => string): void {
  const text = room.text(decoded(code.replace(/^\n|\n$/g, '')).replaceAll(placeholder, () => plainOf(entityInline(next(), {}))));
  if (text.trim() !== '' && room.place()) blocks.push({ type: 'code', text });
}

const quoteMark = /^(?:&gt;|>) ?/;
/** Everything below it is quoted. */
const longQuoteMark = /^(?:&gt;|>){3} ?/;

function addParagraphs(blocks: Block[], text: string, reading: Reading): void {
  let [isQuote, isLong] = [false, false];
  let inlines = createInlines(reading.room);
  const end = (): void => {
    const paragraphs = paragraphsOf(inlines.list);
    if (isQuote) addQuote(blocks, paragraphs);
    else blocks.push(...paragraphs);
    inlines = createInlines(reading.room);
  };
  for (const line of text.split('\n')) {
    const begins = !isLong && longQuoteMark.test(line);
    const isQuoted = isLong || begins || quoteMark.test(line);
    if (isQuoted !== isQuote) end();
    isQuote = isQuoted;
    addLine(inlines, isLong ? line : line.replace(begins ? longQuoteMark : quoteMark, ''), reading);
    inlines.add({ type: 'break' });
    isLong ||= begins;
  }
  end();
}

const tokens = /`([^`]+)`|\uffff|[*_~]/g;
const styleOf: Partial<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };

/** A sign that may begin or end something. */
interface Sign {
  style: Style;
  at: number;
}

function addLine(inlines: Inlines, line: string, { base, next }: Reading): void {
  const roles = rolesOf(line);
  const active = new Set<Style>(base);
  let from = 0;
  const literal = (to: number): void => addWithEmoji(inlines, decoded(line.slice(from, to)), stylesOf(active));
  for (const found of line.matchAll(tokens)) {
    const [token, code] = found;
    const role = roles.get(found.index);
    const style = styleOf[token];
    // No sign of a style: it stays where it is.
    if (style !== undefined && role === undefined) continue;
    literal(found.index);
    from = found.index + token.length;
    if (style === undefined) {
      if (code === undefined) inlines.add(entityInline(next(), stylesOf(active)));
      else addInlineCode(inlines, code, [...active], next);
    } else if (role === 'begins') active.add(style);
    else if (!base.includes(style)) active.delete(style);
  }
  literal(line.length);
}

function addInlineCode(inlines: Inlines, code: string, active: readonly Style[], next: () => string): void {
  const styles = stylesOf([...active, 'code']);
  for (const [index, part] of code.split(placeholder).entries()) {
    if (index > 0) inlines.add(entityInline(next(), styles));
    inlines.text(decoded(part), styles);
  }
}

/** Which signs of a line begin and end something; the others are characters like any. */
function rolesOf(line: string): Map<number, 'begins' | 'ends'> {
  const roles = new Map<number, 'begins' | 'ends'>();
  let open: Sign[] = [];
  for (const { 0: token, index } of line.matchAll(tokens)) {
    const style = styleOf[token];
    if (style === undefined) continue;
    const begun = open.findIndex((sign) => sign.style === style);
    const before = open[begun];
    if (before && before.at < index - 1 && mayEnd(line, index)) {
      roles.set(before.at, 'begins').set(index, 'ends');
      // What began within it and has not ended is none.
      open = open.slice(0, begun);
    } else if (mayBegin(line, index)) open = [...open.filter((sign) => sign.style !== style), { style, at: index }];
  }
  return roles;
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character: string | undefined): boolean => character === undefined || /\s/.test(character);

const mayBegin = (line: string, at: number): boolean => !isLetter(line[at - 1]) && !isSpace(line[at + 1]);
const mayEnd = (line: string, at: number): boolean => !isSpace(line[at - 1]) && !isLetter(line[at + 1]);
