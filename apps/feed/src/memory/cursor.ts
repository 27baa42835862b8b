import type { Cursor } from '../live-feed.ts';

/** After all entries; databases know no time that is much later. */
export const latest: Cursor = { postedAtMs: 999_999_999_999_999, messageId: '' };

/** As it stands in addresses. */
export const cursorText = ({ postedAtMs, messageId }: Cursor): string => `${String(postedAtMs)}-${messageId}`;

/** Null: it is none. */
export function readCursor(text: string): Cursor | null {
  const [, postedAtMs, messageId] = /^(\d{1,15})-([\w.:-]{1,200})$/.exec(text) ?? [];
  return postedAtMs === undefined || messageId === undefined ? null : { postedAtMs: Number(postedAtMs), messageId };
}

/** Below 0: `a` was posted before `b`. */
export function compareCursors(a: Cursor, b: Cursor): number {
  if (a.postedAtMs !== b.postedAtMs) return a.postedAtMs - b.postedAtMs;
  if (a.messageId === b.messageId) return 0;
  return a.messageId < b.messageId ? -1 : 1;
}
