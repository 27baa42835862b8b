import type { Block, Inline } from '@watchpost/shared/chat/written';
import { linkInline } from './entity.ts';
import { addQuote, addWithEmoji, createInlines, stylesOf, paragraphsOf, type Inlines, type Style } from './inlines.ts';
import { createLists } from './lists.ts';
import type { Room } from './room.ts';

/**
 * A block of the type `markdown`: headings, lists, quotes, code, rules, links and emphasis as apps write them. What else Markdown has stays as
 * it was written. Takes linear time.
 */
export function markdownBlocks(markdown: string, room: Room): Block[] {
  const blocks: Block[] = [];
  const lines = room.source(markdown).replaceAll(/\r\n?/g, '\n').split('\n');
  for (let at = 0; at < lines.length;) {
    const begin = at;
    at = takeCode(blocks, lines, at, room);
    if (at === begin) at = takeList(blocks, lines, at, room);
    if (at === begin) at = takeQuote(blocks, lines, at, room);
    if (at === begin) at = takeOther(blocks, lines, at, room);
  }
  return blocks;
}

const fence = /^ {0,3}```/;
const bullet = /^( {0,16})(?:([-*+])|(\d{1,9})[.)]) +(\S.*)$/;
const quote = /^ {0,3}> ?/;
const heading = /^ {0,3}#{1,6} +(\S.*)$/;
const rule = /^ {0,3}(?:-{3,}|\*{3,}|_{3,})$/;

function takeCode(blocks: Block[], lines: readonly string[], at: number, room: Room): number {
  if (!fence.test(lines[at] ?? '')) return at;
  let end = at + 1;
  while (end < lines.length && !fence.test(lines[end] ?? '')) end += 1;
  const text = room.text(lines.slice(at + 1, end).join('\n'));
  if (text.trim() !== '' && room.place()) blocks.push({ type: 'code', text });
  return end + 1;
}

function takeList(blocks: Block[], lines: readonly string[], at: number, room: Room): number {
  const lists = createLists();
  let end = at;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    const found = rule.test(line) ? null : bullet.exec(line);
    if (!found) break;
    const [, spaces = '', , number, words = ''] = found;
    const offset = number === undefined ? 0 : Number(number) - 1;
    const style = number === undefined ? 'bullet' : 'ordered';
    lists.add({ style, indent: Math.floor(spaces.length / 2), offset }, false, [lineInlines(words, room)]);
  }
  blocks.push(...lists.roots);
  return end;
}

function takeQuote(blocks: Block[], lines: readonly string[], at: number, room: Room): number {
  let end = at;
  const inlines = createInlines(room);
  for (; quote.test(lines[end] ?? ''); end += 1) {
    addInlines(inlines, (lines[end] ?? '').replace(quote, ''));
    inlines.add({ type: 'break' });
  }
  if (end > at) addQuote(blocks, paragraphsOf(inlines.list));
  return end;
}

function takeOther(blocks: Block[], lines: readonly string[], at: number, room: Room): number {
  const line = lines[at] ?? '';
  const title = heading.exec(line)?.[1];
  if (title !== undefined) blocks.push({ type: 'heading', inlines: lineInlines(title.replace(/ #+ *$/, ''), room) });
  else if (rule.test(line) && room.place()) blocks.push({ type: 'rule' });
  if (title !== undefined || rule.test(line)) return at + 1;
  const isOwn = (next: string): boolean => [fence, bullet, quote, heading, rule].some((pattern) => pattern.test(next));
  let end = at + 1;
  while (end < lines.length && (lines[end] ?? '').trim() !== '' && !isOwn(lines[end] ?? '')) end += 1;
  const inlines = createInlines(room);
  for (const each of lines.slice(at, end)) {
    addInlines(inlines, each.trimEnd());
    inlines.add({ type: 'break' });
  }
  blocks.push(...paragraphsOf(inlines.list));
  return end;
}

function lineInlines(text: string, room: Room): Inline[] {
  const inlines = createInlines(room);
  addInlines(inlines, text);
  return [...inlines.list];
}

const tokens = /`([^`]+)`|!?\[([^[\]]{0,2000})\]\(([^()\s]{1,4000})\)|<((?:https?|mailto):[^<>\s]{1,4000})>|\*\*|__|~~|[*_]/g;
const styleOf: Partial<Record<string, Style>> = { '**': 'bold', __: 'bold', '~~': 'strike', '*': 'italic', _: 'italic' };

function addInlines(inlines: Inlines, line: string): void {
  const roles = rolesOf(line);
  const active = new Set<Style>();
  let from = 0;
  const literal = (to: number): void => addWithEmoji(inlines, line.slice(from, to), stylesOf(active));
  for (const found of line.matchAll(tokens)) {
    const [token, code, label, address, bare] = found;
    const role = roles.get(found.index);
    const style = styleOf[token];
    if (style !== undefined && role === undefined) continue;
    literal(found.index);
    from = found.index + token.length;
    if (style !== undefined && role === 'begins') active.add(style);
    else if (style !== undefined) active.delete(style);
    else if (code !== undefined) inlines.text(code, stylesOf([...active, 'code']));
    // A picture is what it shows, in words.
    else if (token.startsWith('!')) inlines.text(label ?? '', stylesOf([...active, 'italic']));
    else inlines.add(linkInline(bare ?? address ?? '', label ?? null, stylesOf(active)));
  }
  literal(line.length);
}

/** Which signs of a line begin and end something; the others are characters like any. */
function rolesOf(line: string): Map<number, 'begins' | 'ends'> {
  const roles = new Map<number, 'begins' | 'ends'>();
  let open: { token: string; at: number }[] = [];
  for (const { 0: token, index } of line.matchAll(tokens)) {
    if (styleOf[token] === undefined) continue;
    const [before, after] = [line[index - 1] ?? ' ', line[index + token.length] ?? ' '];
    const begun = open.findIndex((sign) => sign.token === token);
    const sign = open[begun];
    const isWithinWord = token.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
    if (isWithinWord) continue;
    if (sign && sign.at + token.length < index && !/\s/.test(before)) {
      roles.set(sign.at, 'begins').set(index, 'ends');
      open = open.slice(0, begun);
    } else if (!/\s/.test(after)) open = [...open.filter((each) => each.token !== token), { token, at: index }];
  }
  return roles;
}
