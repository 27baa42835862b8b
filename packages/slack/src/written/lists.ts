import type { Inline, WrittenList } from '@watchpost/shared/chat/written';
import { stringOf, type Fields } from '../content/fields.ts';

/** Lists that follow each other. Slack has them flat: one with a higher indent belongs below the last item before it. */
export interface Lists {
  /** Those that are below no other one. */
  roots: readonly WrittenList[];
  /** They are in a quote. */
  isBordered: boolean;
  add(list: Fields, isBordered: boolean, items: readonly (readonly Inline[])[]): void;
}

const deepestIndent = 8;
const largestOffset = 1_000_000;

/** No lists yet. */
export function createLists(): Lists {
  const roots: WrittenList[] = [];
  /** The lists that may go on, each below the one before. */
  let open: { indent: number; list: WrittenList }[] = [];
  const lists: Lists & { isBordered: boolean } = {
    roots,
    isBordered: false,
    add: (raw, isBordered, items) => {
      if (items.length === 0) return;
      lists.isBordered = isBordered;
      const indent = wholeOf(raw['indent'], deepestIndent);
      const hadInner = open.some((each) => each.indent > indent);
      open = open.filter((each) => each.indent <= indent);
      const same = open.at(-1);
      const ordered = stringOf(raw, 'style') === 'ordered';
      const offset = wholeOf(raw['offset'], largestOffset);
      const added = items.map((inlines) => ({ inlines: [...inlines], lists: [] }));
      if (same?.indent === indent) {
        if (goesOn(same.list, ordered, offset, hadInner)) {
          same.list.items.push(...added);
          return;
        }
        open.pop();
      }
      const list: WrittenList = { type: 'list', ordered, start: ordered ? offset + 1 : 1, items: added };
      const above = open.at(-1)?.list.items.at(-1);
      (above?.lists ?? roots).push(list);
      open.push({ indent, list });
    },
  };
  return lists;
}

/** Whether a list resumes the one of the same indent; a numbered one after lists below it, or with the number that comes next. */
function goesOn(list: WrittenList, ordered: boolean, offset: number, hadInner: boolean): boolean {
  if (list.ordered !== ordered) return false;
  return !ordered || (hadInner && offset === 0) || (offset > 0 && offset === list.start - 1 + list.items.length);
}

const wholeOf = (value: unknown, most: number): number => (typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), most) : 0);
