import { isRecord, isTechnical, isUrlKey, listOf, stringOf, stringsIn, type Fields } from './fields.ts';
import { datePiece, lines, mention, type Piece, type Pieces } from './pieces.ts';

/** Of lists in quotes and the like; deeper ones are read without their order. */
const deepest = 12;

/** A rich_text block, or a part of one, as a reader sees it. Texts are literal here; formatting does not part them. */
export function fromRichText(node: Fields): { pieces: Pieces; hidden: string[] } {
  const hidden: string[] = [];
  return { pieces: containerPieces(node, 0, hidden), hidden };
}

function containerPieces(node: Fields, depth: number, hidden: string[]): Pieces {
  const elements = listOf(node, 'elements').filter(isRecord);
  if (depth > deepest) {
    hidden.push(...stringsIn(elements));
    return [];
  }
  const isInline = (element: Fields): boolean => !Array.isArray(element['elements']);
  // A section, a quote and preformatted text hold elements that follow each other; a block and a list hold containers, one below the other.
  const rows: Pieces[] = [];
  let row: Piece[] = [];
  for (const element of elements) {
    if (isInline(element)) {
      row.push(...elementPieces(element, hidden));
      continue;
    }
    rows.push(row, containerPieces(element, depth + 1, hidden));
    row = [];
  }
  return lines([...rows, row]);
}

/** What a known element shows, apart from `text`. */
const elements: Record<string, (element: Fields) => Piece> = {
  link: (element) => ({ text: stringOf(element, 'text') || stringOf(element, 'url'), url: stringOf(element, 'url') }),
  user: (element) => mention('@', stringOf(element, 'user_id'), ''),
  usergroup: (element) => mention('@', stringOf(element, 'usergroup_id'), ''),
  channel: (element) => mention('#', stringOf(element, 'channel_id'), ''),
  team: (element) => mention('@', stringOf(element, 'team_id'), ''),
  broadcast: (element) => ({ text: `@${stringOf(element, 'range')}` }),
  date: (element) => datePiece(stringOf(element, 'format'), stringOf(element, 'fallback'), stringOf(element, 'url')),
  emoji: (element) => ({ text: `:${stringOf(element, 'name')}:` }),
  color: (element) => ({ text: stringOf(element, 'value') }),
};

/** Fields that say nothing beyond what is shown. */
const ownKeys: Partial<Record<string, readonly string[]>> = { emoji: ['name', 'url'], color: ['value'] };

function elementPieces(element: Fields, hidden: string[]): Piece[] {
  const type = stringOf(element, 'type');
  const known = Object.hasOwn(elements, type) ? elements[type]?.(element) : undefined;
  const shown = known ?? unknownPiece(element);
  const says = new Set([shown.text, shown.url, shown.instead]);
  for (const [key, value] of Object.entries(element)) {
    if (isTechnical(key) || ownKeys[type]?.includes(key)) continue;
    hidden.push(...stringsIn(value).filter((text) => !says.has(text)));
  }
  return shown.text === '' && shown.url === undefined ? [] : [shown];
}

/** Elements that are new, or documented badly. */
function unknownPiece(element: Fields): Piece {
  const text = stringOf(element, 'text') || stringOf(element, 'name') || stringOf(element, 'fallback');
  const [, url] = Object.entries(element).find(([key, value]) => isUrlKey(key) && typeof value === 'string' && value !== '') ?? [];
  return typeof url === 'string' ? { text: text || url, url } : { text };
}
