import type { Block, Inline } from '@watchpost/shared/chat/written';
import { readBlocks } from '../content/blocks.ts';
import { isRecord, listOf, stringOf, type Fields } from '../content/fields.ts';
import { decoded } from '../content/pieces.ts';
import { addWithEmoji, createInlines, paragraphsOf, type Style } from './inlines.ts';
import { markdownBlocks } from './markdown.ts';
import { mrkdwnBlocks, mrkdwnInlines } from './mrkdwn.ts';
import { linkInline } from './entity.ts';
import { richTextBlocks } from './rich-text.ts';
import type { Room } from './room.ts';

/** What blocks show. `base`: styles of all of it. Controls, such as buttons, are nothing to read. */
export function blocksOf(blocks: readonly unknown[], room: Room): Block[] {
  const shown: Block[] = [];
  for (const block of blocks) {
    if (!isRecord(block)) continue;
    if (!room.place()) break;
    const type = stringOf(block, 'type');
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
    shown.push(...(read ?? unknownBlock)(block, room));
  }
  return shown;
}

type Read = (block: Fields, room: Room) => Block[];

const nothing: Read = () => [];

const readers: Record<string, Read> = {
  rich_text: richTextBlocks,
  section: (block, room) => [...textBlocks(block['text'], room), ...listOf(block, 'fields').flatMap((field) => textBlocks(field, room))],
  context: (block, room) => contextLine(listOf(block, 'elements'), room),
  header: (block, room) => {
    const inlines = lineOf(block['text'], room);
    return inlines.length > 0 ? [{ type: 'heading', inlines }] : [];
  },
  divider: () => [{ type: 'rule' }],
  markdown: (block, room) => markdownBlocks(stringOf(block, 'text'), room),
  // A picture without a file: nobody may load it for readers, but what it shows can be said.
  image: (block, room) => literalBlocks(textIn(block['title']) || stringOf(block, 'alt_text'), room, ['italic']),
  video: (block, room) => {
    const inlines = createInlines(room);
    const [title, url] = [textIn(block['title']), stringOf(block, 'title_url')];
    if (url === '') inlines.text(title, {});
    else inlines.add(linkInline(room.text(url), room.text(title), {}));
    return paragraphsOf(inlines.list);
  },
  table: (block, room) => listOf(block, 'rows').flatMap((row) => tableRow(row, room)),
  actions: nothing,
  context_actions: nothing,
  input: nothing,
  file: nothing,
  call: nothing,
};

/** Blocks that are new: what a reader sees of them, as plain text. */
const unknownBlock: Read = (block, room) =>
  readBlocks(block).shown.flatMap((pieces) => literalBlocks(pieces.map(({ text }) => text).join(''), room));

function literalBlocks(text: string, room: Room, styles: Style[] = []): Block[] {
  const inlines = createInlines(room);
  inlines.text(text, styles.length > 0 ? { styles } : {});
  return paragraphsOf(inlines.list);
}

/** The words of a text object, or of a text. */
const textIn = (value: unknown): string => (isRecord(value) ? decoded(stringOf(value, 'text')) : typeof value === 'string' ? value : '');

/** A text object: mrkdwn or plain text, which has emoji and nothing else. */
export function textBlocks(object: unknown, room: Room): Block[] {
  if (!isRecord(object)) return [];
  if (stringOf(object, 'type') === 'mrkdwn') return mrkdwnBlocks(stringOf(object, 'text'), room);
  return paragraphsOf(plainInlines(object, room));
}

function plainInlines(object: Fields, room: Room): readonly Inline[] {
  const inlines = createInlines(room);
  const text = decoded(stringOf(object, 'text'));
  if (object['emoji'] === false) inlines.text(text, {});
  else addWithEmoji(inlines, text, {});
  return inlines.list;
}

function lineOf(object: unknown, room: Room): Inline[] {
  if (!isRecord(object)) return [];
  return stringOf(object, 'type') === 'mrkdwn' ? mrkdwnInlines(stringOf(object, 'text'), room) : [...plainInlines(object, room)];
}

/** Texts beside each other; its pictures are icons. */
function contextLine(elements: readonly unknown[], room: Room): Block[] {
  const lines: Inline[][] = [];
  for (const element of elements) {
    if (!room.place()) break;
    if (isRecord(element) && stringOf(element, 'type') !== 'image') lines.push(lineOf(element, room));
  }
  return paragraphsOf(joined(lines, '  '));
}

const joined = (parts: readonly Inline[][], between: string): Inline[] =>
  parts
    .filter((part) => part.length > 0)
    .flatMap((part, index): Inline[] => (index === 0 ? part : [{ type: 'text', text: between }, ...part]));

/** A row of a table in one line. */
function tableRow(row: unknown, room: Room): Block[] {
  if (!Array.isArray(row) || !room.place()) return [];
  const cells = row.map((cell) => {
    if (!isRecord(cell)) return [];
    if (stringOf(cell, 'type') !== 'rich_text') return lineOf({ ...cell, type: 'plain_text', emoji: false }, room);
    return richTextBlocks(cell, room).flatMap((block) => (block.type === 'paragraph' ? block.inlines : []));
  });
  return paragraphsOf(joined(cells, ' | '));
}
