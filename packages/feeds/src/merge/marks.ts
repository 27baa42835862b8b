import type { Reaction } from '@watchpost/shared/chat/written';
import type { Entry, Mark } from '../entry.ts';

/** Of a message that more people approve, the latest. */
const mostMarks = 1_000;

type Marks = Pick<Entry, 'marks' | 'marksFromUs'>;

const isSame = (one: Reaction, other: Reaction): boolean => one.emoji === other.emoji && one.member === other.member;

/** One mark more: the latest that happened to an emoji of a member holds. Of a list that is as new or newer, only the time is learnt. */
export function withMark({ marks, marksFromUs }: Marks, { emoji, member }: Reaction, isSet: boolean, atUs: number): Marks {
  const known = marks.find((each) => isSame(each, { emoji, member }));
  const others = marks.filter((each) => each !== known);
  if (atUs <= marksFromUs) {
    const listed = { emoji, member, isSet: known?.isSet ?? false, atUs: Math.max(known?.atUs ?? 0, atUs) };
    return known && known.atUs > marksFromUs ? { marks, marksFromUs } : { marks: bounded([...others, listed]), marksFromUs };
  }
  if (known && known.atUs > atUs) return { marks, marksFromUs };
  // Whether somebody approved it or took that back in the same microsecond is not known: it is not approved.
  const latest = known?.atUs === atUs ? { ...known, isSet: known.isSet && isSet } : { emoji, member, isSet, atUs };
  return { marks: bounded([...others, latest]), marksFromUs };
}

/**
 * What the platform's list says: of each mark whether it was set at that time. It does not say since when, so a mark that is only known from
 * a list has the time 0, and one that was known before keeps its own. Of two lists the later one holds; of two of the same time, what both
 * say.
 */
export function withList({ marks, marksFromUs }: Marks, list: readonly Reaction[], atUs: number): Marks {
  if (atUs < marksFromUs) return { marks, marksFromUs };
  const keyOf = ({ emoji, member }: Reaction): string => `${emoji} ${member}`;
  const listed = new Map(list.map(({ emoji, member }) => [keyOf({ emoji, member }), { emoji, member }]));
  const isAgain = atUs === marksFromUs;
  const known = marks.map((mark) => (mark.atUs > atUs ? mark : { ...mark, isSet: listed.has(keyOf(mark)) && (!isAgain || mark.isSet) }));
  const knownKeys = new Set(marks.map(keyOf));
  const fresh = isAgain ? [] : [...listed].filter(([key]) => !knownKeys.has(key)).map(([, mark]) => ({ ...mark, isSet: true, atUs: 0 }));
  return { marks: bounded([...known, ...fresh]), marksFromUs: atUs };
}

/** In one order, whatever order they came in; without those that say nothing. */
function bounded(marks: readonly Mark[]): Mark[] {
  return marks
    .filter(({ isSet, atUs }) => isSet || atUs > 0)
    .toSorted((a, b) => b.atUs - a.atUs || compare(a.emoji, b.emoji) || compare(a.member, b.member))
    .slice(0, mostMarks);
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
