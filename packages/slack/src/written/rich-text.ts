import type { Block } from '@watchpost/shared/chat/written';
import { isRecord, listOf, stringOf, type Fields } from '../content/fields.ts';
import { createInlines, addQuote, paragraphsOf, plainOf, type Inlines } from './inlines.ts';
import { createLists } from './lists.ts';
import type { Room } from './room.ts';
import { addElement } from './rich-text-elements.ts';

/** Of containers in containers; Slack has two levels. */
const deepest = 8;

/** A rich_text block. Texts are literal in it: nothing is decoded. */
export function richTextBlocks(block: Fields, room: Room): Block[] {
  return containerBlocks(listOf(block, 'elements'), room, 0);
}

function containerBlocks(elements: readonly unknown[], room: Room, depth: number): Block[] {
  const blocks: Block[] = [];
  let inline = createInlines(room);
  // A sub-list is the next list with a higher indent: what follows each other belongs together.
  let lists = createLists();
  const endInline = (): void => {
    blocks.push(...paragraphsOf(inline.list));
    inline = createInlines(room);
  };
  const endLists = (): void => {
    if (lists.isBordered) addQuote(blocks, lists.roots);
    else blocks.push(...lists.roots);
    lists = createLists();
  };
  for (const element of elements) {
    if (!isRecord(element)) continue;
    if (!room.place()) break;
    const isList = stringOf(element, 'type') === 'rich_text_list';
    if (lists.roots.length > 0 && !(isList && isBordered(element) === lists.isBordered)) endLists();
    if (!Array.isArray(element['elements'])) addElement(inline, element);
    else {
      endInline();
      if (isList) lists.add(element, isBordered(element), itemsOf(element, room));
      else addContainer(blocks, element, room, depth);
    }
  }
  endInline();
  endLists();
  return blocks;
}

/** Slack draws a list or code within a quote so. */
const isBordered = (element: Fields): boolean => element['border'] === 1;

function addContainer(blocks: Block[], element: Fields, room: Room, depth: number): void {
  const elements = listOf(element, 'elements');
  switch (stringOf(element, 'type')) {
    case 'rich_text_quote':
      return addQuote(blocks, inner(elements, room, depth));
    case 'rich_text_preformatted': {
      const code = { type: 'code' as const, text: plainText(elements, room) };
      if (code.text.trim() === '') return;
      if (isBordered(element)) addQuote(blocks, [code]);
      else blocks.push(code);
      return;
    }
    default:
      blocks.push(...inner(elements, room, depth));
  }
}

const inner = (elements: readonly unknown[], room: Room, depth: number): Block[] =>
  depth < deepest ? containerBlocks(elements, room, depth + 1) : [];

/** The items of a list: each is a section. */
function itemsOf(list: Fields, room: Room): Inlines['list'][] {
  const items: Inlines['list'][] = [];
  for (const item of listOf(list, 'elements')) {
    if (!isRecord(item)) continue;
    if (!room.place()) break;
    const inlines = createInlines(room);
    if (!Array.isArray(item['elements'])) addElement(inlines, item);
    for (const element of listOf(item, 'elements')) if (isRecord(element)) addElement(inlines, element);
    items.push(inlines.list);
  }
  return items;
}

function plainText(elements: readonly unknown[], room: Room): string {
  const inlines = createInlines(room);
  for (const element of elements) if (isRecord(element)) addElement(inlines, element);
  return inlines.list.map(plainOf).join('').replace(/\n$/, '');
}
