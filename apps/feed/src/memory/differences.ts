import type { Entry } from '@watchpost/feeds/entry';
import type { LogPosition } from '@watchpost/feeds/feed-store';
import type { ChangeLog } from './change-log.ts';
import { comparePositions } from './position.ts';
import type { Slot, Slots } from './slots.ts';

/** An entry as it is in the database; null: it is not there any more. `at`: the newest change of it. */
export interface ChangedEntry {
  id: string;
  entry: Entry | null;
  at: LogPosition;
}

/** That readers see something else of an entry. */
export interface Told {
  id: string;
  /** The view; null: it is not shown any more. */
  json: string | null;
  at: LogPosition;
  /** It follows from the change of something else, at the same place in the log. */
  isDerived: boolean;
}

/** What readers saw of each entry before, by its id; undefined: nobody here knows. */
export type Before = Map<string, { json: string | null | undefined; at: LogPosition; isDerived: boolean }>;

/** Finds out what readers have to be told. `before` collects what they saw. */
export interface Differences {
  /** Brings the change of an entry in, and what follows from it for others. */
  bringIn(changed: ChangedEntry, before: Before): void;
  /** Looks at an entry anew, because of the change of another. */
  derive(slot: Slot | undefined, at: LogPosition, before: Before): void;
  /**
   * What is different now, in the order of the log; what follows from a change comes before it, so that whoever has the change has both.
   * `isLogged` false: the log does not say so.
   */
  tell(before: Before, isLogged: boolean): Told[];
  /** Until the log is read up to here, what it says is told even if nothing seems new. */
  doubtUntil(position: LogPosition): void;
  /** Of the newest change. */
  position(): LogPosition;
}

export interface DifferencesDeps {
  slots: Slots;
  changes: ChangeLog;
  /** Renders an entry anew. */
  look: (slot: Slot) => void;
  /** It is in a slot now. */
  forget: (id: string) => void;
}

/** Compares what readers see of entries with what they saw before, and notes what changed. `floor`: where the log that is known begins. */
export function createDifferences({ slots, changes, look, forget }: DifferencesDeps, floor: LogPosition): Differences {
  let newest = floor;
  let doubted = floor;

  const derive = (slot: Slot | undefined, at: LogPosition, before: Before): void => {
    if (!slot) return;
    const known = before.get(slot.id);
    if (known) before.set(slot.id, { ...known, at, isDerived: known.isDerived || comparePositions(known.at, at) !== 0 });
    else before.set(slot.id, { json: slot.json, at, isDerived: true });
    look(slot);
  };
  /** What readers saw of an entry before it changed; undefined: nobody here knows. */
  const wasSeen = (slot: Slot | undefined, entry: Entry | null, at: LogPosition): string | null | undefined => {
    // Readers never saw anything of it: they are not told its id either.
    if (entry?.changes === 0) return slot?.json ?? null;
    if (comparePositions(at, doubted) <= 0) return undefined;
    if (slot) return slot.json;
    // It is new, or an older one that is not in memory.
    return entry && !slots.isBeforeWindow({ postedAtMs: entry.postedAtMs, messageId: entry.messageId }) ? null : undefined;
  };
  const bringIn = ({ id, entry, at }: ChangedEntry, before: Before): void => {
    const slot = slots.get(id);
    const wasShown = Boolean(slot?.view);
    if (!slot && !entry) return void before.set(id, { json: undefined, at, isDerived: false });
    before.set(id, { json: wasSeen(slot, entry, at), at, isDerived: false });
    const now = entry ? slots.put(entry) : slot;
    if (!now) return;
    forget(id);
    if (entry) look(now);
    else slots.remove(id);
    const replies = slots.repliesTo(id);
    for (const reply of replies) derive(reply, at, before);
    // It counts those of them that are shown.
    if (entry && replies.length > 0) look(now);
    const isShown = entry !== null && now.view !== null;
    if (isShown !== wasShown && now.parentId !== null) derive(slots.get(now.parentId), at, before);
  };
  const tell = (before: Before, isLogged: boolean): Told[] => {
    const told = [...before]
      .map(([id, { json, ...rest }]) => ({ id, ...rest, was: json, json: slots.get(id)?.json ?? null }))
      .filter(({ was, json }) => was !== json)
      .map(({ was: _was, ...rest }) => rest)
      .sort((a, b) => comparePositions(a.at, b.at) || Number(b.isDerived) - Number(a.isDerived));
    for (const { id, at } of told) {
      for (const forgotten of changes.note(id, at, isLogged)) slots.release(forgotten);
      newest = at;
    }
    for (const id of before.keys()) if (!changes.has(id)) releaseOld(id);
    return told;
  };
  const releaseOld = (id: string): void => {
    const slot = slots.get(id);
    if (slot && slots.isBeforeWindow(slot.cursor)) slots.release(id);
  };

  return {
    bringIn,
    derive,
    tell,
    doubtUntil: (position) => {
      doubted = position;
    },
    position: () => (comparePositions(newest, changes.floor()) < 0 ? changes.floor() : newest),
  };
}
