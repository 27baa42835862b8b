import type { RepliesTo, Thread } from './entry-html.ts';
import type { ShownEntry, ShownPage } from './shown.ts';

/** By the time of the message, then by its id: the older one first. */
export const olderFirst = (a: ShownEntry, b: ShownEntry): number =>
  Date.parse(a.posted_at) - Date.parse(b.posted_at) || compare(a.ts, b.ts) || compare(a.id, b.id);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether an entry answers another one. */
export const isReply = (entry: ShownEntry): boolean => entry.thread_id !== null && entry.thread_id !== entry.ts;

/** The entries as the page shows them: the newest first, with replies below their parent. A reply stands on its own if it was sent to the channel too, or if its parent is not on the page. */
export function threadsOf(entries: readonly ShownEntry[]): Thread[] {
  const byTs = new Map(entries.map((entry) => [entry.ts, entry]));
  const parentOf = (entry: ShownEntry): ShownEntry | undefined =>
    isReply(entry) && entry.thread_id !== null ? byTs.get(entry.thread_id) : undefined;
  const isNested = (entry: ShownEntry): boolean => !entry.is_broadcast && parentOf(entry) !== undefined;
  const repliesTo = (entry: ShownEntry): RepliesTo => {
    if (!isReply(entry)) return undefined;
    const parent = parentOf(entry);
    return parent ? { ts: parent.ts, name: parent.user.display_name } : null;
  };
  const replies = new Map<string, ShownEntry[]>();
  for (const entry of entries.toSorted(olderFirst)) {
    if (isNested(entry)) replies.set(entry.thread_id ?? '', [...(replies.get(entry.thread_id ?? '') ?? []), entry]);
  }
  return entries
    .filter((entry) => !isNested(entry))
    .toSorted((a, b) => olderFirst(b, a))
    .map((entry) => ({ entry, repliesTo: repliesTo(entry), replies: replies.get(entry.ts) ?? [] }));
}

/** The entries that answer another one. */
export const repliesOf = (parent: ShownEntry, entries: Iterable<ShownEntry>): ShownEntry[] =>
  [...entries].filter((entry) => isReply(entry) && entry.thread_id === parent.ts);

/** Whether an entry belongs to the next older page, because it is older than all that this one was made of. */
export function isOnOlderPage(entry: ShownEntry, { entries, next_before }: ShownPage): boolean {
  return next_before !== null && entries.every((each) => olderFirst(entry, each) < 0);
}
