import { entryIdOf, type Entry } from '@watchpost/feeds/entry';
import type { LogPosition } from '@watchpost/feeds/feed-store';
import type { EntryView, ViewContext } from '@watchpost/feeds/outputs/view';
import { createChangeLog } from './change-log.ts';
import { createSlots, parentIdOf, type Slot, type Slots } from './slots.ts';
import { createDifferences, type Before, type ChangedEntry, type Told } from './differences.ts';

/** What readers see of an entry now; null: nothing. */
export type Render = (entry: Entry, around: Pick<ViewContext, 'parent' | 'replyCount'>) => EntryView | null;

/** First messages of threads by their ids; null: there is none. */
export type Parents = ReadonlyMap<string, Entry | null>;

/** A feed in memory. Nothing here waits. */
export interface FeedMemory {
  slots: Slots;
  /** Takes in the newest entries of the database, without telling anybody. `hasOlder`: it may have more. */
  begin(entries: readonly Entry[], parents: Parents, hasOlder: boolean): void;
  /** Until the log is read up to here, what it says is told even if nothing seems new: it may be in memory already. */
  doubtUntil(position: LogPosition): void;
  /** Brings changes in; resolves to what readers have to be told, in order. `parents`: those of replies that are not in memory. */
  apply(changed: readonly ChangedEntry[], parents: Parents): Told[];
  /** Renders everything anew, after names or settings have changed. `isLogged`: the log says so. */
  renderAll(at: LogPosition, isLogged: boolean): Told[];
  /** Forgets what readers may not see any longer. */
  expire(keepMs: number, nowMs: number, at: LogPosition): Told[];
  /** What changed after a position, as `Told`; null: that is too long ago. */
  since(position: LogPosition): Told[] | null;
  /** Of the newest change; a reader who knows everything up to here can be told the rest. */
  position(): LogPosition;
  /** The ids of first messages that `entries` reply to and that are not in memory. */
  missingParents(entries: readonly Entry[]): string[];
  /** What readers see of an entry that is not in memory. */
  view(entry: Entry, parents: Parents): EntryView | null;
}

export interface FeedMemoryOptions {
  slug: string;
  render: Render;
  /** Most entries, and most changes, in memory. */
  entriesLimit: number;
  changesLimit: number;
  /** Where the log that is known begins. */
  floor: LogPosition;
}

/** A feed of which nothing is in memory yet: `begin` fills it. */
export function createFeedMemory(options: FeedMemoryOptions): FeedMemory {
  const { slug, render } = options;
  const changes = createChangeLog(options.floor, options.changesLimit);
  /** First messages that are in no slot. */
  const outside = new Map<string, Entry | null>();
  const slots = createSlots({
    limit: options.entriesLimit,
    isKept: (id) => changes.has(id),
    onLeft: (entry) => outside.set(entry.id, entry),
  });

  const countReplies = (messageId: string): number => slots.repliesTo(entryIdOf(slug, messageId)).filter(({ view }) => view).length;
  const viewOf = (entry: Entry, parents: Parents): EntryView | null => {
    const parent = (messageId: string): Entry | 'unknown' | null => {
      const id = entryIdOf(slug, messageId);
      const known = slots.get(id)?.entry ?? parents.get(id) ?? outside.get(id);
      return known ?? (parents.has(id) || outside.has(id) ? null : 'unknown');
    };
    return render(entry, { parent, replyCount: countReplies });
  };
  const look = (slot: Slot): void => {
    slot.view = viewOf(slot.entry, outside);
    slot.json = slot.view && JSON.stringify(slot.view);
  };

  const differences = createDifferences({ slots, changes, look, forget: (id) => outside.delete(id) }, options.floor);
  /** Renders some anew. */
  const again = (some: readonly Slot[], at: LogPosition, isLogged: boolean): Told[] => {
    const before: Before = new Map(some.map(({ id, json }) => [id, { json, at, isDerived: true }]));
    for (const slot of inOrder(some)) look(slot);
    return differences.tell(before, isLogged);
  };

  return {
    slots,
    begin: (entries, parents, hasOlder) => {
      for (const [id, entry] of parents) outside.set(id, entry);
      const all = entries.map((entry) => slots.put(entry));
      const [oldest] = slots.window();
      if (hasOlder && oldest) slots.beginAt(oldest.cursor);
      for (const slot of inOrder(all)) look(slot);
    },
    doubtUntil: (position) => differences.doubtUntil(position),
    apply: (changed, parents) => {
      for (const [id, entry] of parents) outside.set(id, entry);
      const before: Before = new Map();
      for (const one of changed) differences.bringIn(one, before);
      const told = differences.tell(before, true);
      for (const id of outside.keys()) if (slots.repliesTo(id).length === 0) outside.delete(id);
      return told;
    },
    renderAll: (at, isLogged) => again([...slots.all()], at, isLogged),
    expire: (keepMs, nowMs, at) => {
      const gone = [...slots.all()].filter(({ cursor }) => cursor.postedAtMs + keepMs <= nowMs);
      if (gone.length === 0) return [];
      const before: Before = new Map(gone.map(({ id, json }) => [id, { json, at, isDerived: true }]));
      const replies = gone.flatMap(({ id }) => slots.repliesTo(id));
      for (const { id } of gone) slots.remove(id);
      for (const reply of replies) if (!before.has(reply.id)) differences.derive(reply, at, before);
      return differences.tell(before, false);
    },
    since: (position) =>
      changes.since(position)?.map(({ id, at }) => ({ id, at, json: slots.get(id)?.json ?? null, isDerived: false })) ?? null,
    position: () => differences.position(),
    missingParents: (entries) => [
      ...new Set(entries.flatMap((entry) => parentIdOf(entry) ?? []).filter((id) => !slots.get(id) && !outside.has(id))),
    ],
    view: viewOf,
  };
}

/** Replies first, for they are counted by what they reply to. */
const inOrder = (some: readonly Slot[]): Slot[] => [
  ...some.filter(({ parentId }) => parentId !== null),
  ...some.filter(({ parentId }) => parentId === null),
];
