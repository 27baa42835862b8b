import { entryIdOf, type Entry } from '@watchpost/feeds/entry';
import type { EntryView } from '@watchpost/feeds/outputs/view';
import type { Cursor } from '../live-feed.ts';
import { compareCursors } from './cursor.ts';

/** An entry in memory, with what readers see of it. */
export interface Slot {
  id: string;
  cursor: Cursor;
  /** The entry that it replies to; null: it is no reply. */
  parentId: string | null;
  entry: Entry;
  /** Null: nothing of it may be shown. */
  view: EntryView | null;
  /** The view as readers get it. */
  json: string | null;
}

/** The entries of one feed in memory: the newest ones without a gap (the window), and older ones that changed a short time ago. */
export interface Slots {
  get(id: string): Slot | undefined;
  /** Replies in memory. */
  repliesTo(id: string): Slot[];
  /** Takes an entry in, or its newer state. The slot keeps what readers saw before. */
  put(entry: Entry): Slot;
  /** Forgets an entry. */
  remove(id: string): void;
  /** Forgets it unless it is in the window. */
  release(id: string): void;
  /** The oldest first. */
  window(): readonly Slot[];
  /** Whether an entry of this place is left to the database. */
  isBeforeWindow(cursor: Cursor): boolean;
  /** From here on the window has everything; before there may be more in the database. */
  beginAt(cursor: Cursor): void;
  /** Whether the database may have older ones than the window. */
  hasOlder(): boolean;
  all(): Iterable<Slot>;
}

export interface SlotsOptions {
  /** Most entries in the window. */
  limit: number;
  /** Whether a slot that leaves the window must stay. */
  isKept: (id: string) => boolean;
  /** Called with an entry that is left to the database, though replies to it are in memory. */
  onLeft: (entry: Entry) => void;
}

const cursorOf = ({ postedAtMs, messageId }: Entry): Cursor => ({ postedAtMs, messageId });

/** The entry that a reply belongs to; null: it is no reply. */
export const parentIdOf = ({ feed, thread, messageId }: Entry): string | null =>
  thread === null || thread === messageId ? null : entryIdOf(feed, thread);

/** An empty window, which has everything until `beginAt` says otherwise. */
export function createSlots({ limit, isKept, onLeft }: SlotsOptions): Slots {
  const slots = new Map<string, Slot>();
  const replies = new Map<string, Set<string>>();
  const window: Slot[] = [];
  /** Null: the window has everything. */
  let begin: Cursor | null = null;

  /** The place in the window of the first slot that is not older than the cursor. */
  const placeOf = (cursor: Cursor): number => {
    let low = 0;
    let high = window.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = window[middle];
      if (at && compareCursors(at.cursor, cursor) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const isInWindow = (slot: Slot): boolean => window[placeOf(slot.cursor)] === slot;
  const drop = (slot: Slot): void => {
    slots.delete(slot.id);
    if (slot.parentId === null) return;
    const siblings = replies.get(slot.parentId);
    siblings?.delete(slot.id);
    if (siblings?.size === 0) replies.delete(slot.parentId);
  };
  const leave = (slot: Slot): void => {
    drop(slot);
    if (replies.has(slot.id)) onLeft(slot.entry);
  };
  const isBeforeWindow = (cursor: Cursor): boolean => begin !== null && compareCursors(cursor, begin) < 0;
  const insert = (slot: Slot): void => {
    if (isBeforeWindow(slot.cursor)) return;
    window.splice(placeOf(slot.cursor), 0, slot);
    if (window.length <= limit) return;
    const oldest = window.shift();
    begin = window[0]?.cursor ?? slot.cursor;
    if (oldest && !isKept(oldest.id)) leave(oldest);
  };

  return {
    get: (id) => slots.get(id),
    repliesTo: (id) => [...(replies.get(id) ?? [])].flatMap((reply) => slots.get(reply) ?? []),
    put: (entry) => {
      const known = slots.get(entry.id);
      if (known) {
        known.entry = entry;
        return known;
      }
      const slot: Slot = { id: entry.id, cursor: cursorOf(entry), parentId: parentIdOf(entry), entry, view: null, json: null };
      slots.set(slot.id, slot);
      if (slot.parentId !== null) replies.set(slot.parentId, (replies.get(slot.parentId) ?? new Set()).add(slot.id));
      insert(slot);
      return slot;
    },
    remove: (id) => {
      const slot = slots.get(id);
      if (!slot) return;
      if (isInWindow(slot)) window.splice(placeOf(slot.cursor), 1);
      drop(slot);
    },
    release: (id) => {
      const slot = slots.get(id);
      if (slot && !isInWindow(slot)) leave(slot);
    },
    window: () => window,
    isBeforeWindow,
    beginAt: (cursor) => {
      begin = cursor;
    },
    hasOlder: () => begin !== null,
    all: () => slots.values(),
  };
}
