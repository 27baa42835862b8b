import type { Holding, HoldingName, Holdings } from '@watchpost/gallery/holdings';
import { dataClasses } from './classes.ts';
import type { DataClass, RetentionSettings } from './data-class.ts';
import { keepMsOfKind } from './enforce.ts';

/** A class of data as it is now. */
export interface RetentionEntry extends Pick<DataClass, 'id' | 'title' | 'what' | 'where' | 'howLong' | 'about' | 'by'> {
  /** How many there are; null: nobody can tell in our database. */
  count: number | null;
  /** False: an estimate of the database. */
  isExact: boolean;
  /** There are more: so far they were counted. */
  atLeast: boolean;
  /** An estimate; null: nobody knows. */
  bytes: number | null;
  /** When the oldest was made; of people, when the one seen least recently was seen. Milliseconds since 1970; null: none tells. */
  oldestMs: number | null;
  /** When the next of them is due, milliseconds since 1970; in the past: at the next round. Null: none is, or they have dates of their own. */
  nextDueMs: number | null;
  /** The variable, and how long it says, milliseconds (null: never). Null: there is no variable. */
  setting: { name: string; keepMs: number | null } | null;
}

export interface RetentionReport {
  /** By the database's clock, milliseconds since 1970. */
  atMs: number;
  classes: RetentionEntry[];
}

/** How much there is of each class of data, and what is due next. Quick: what is many is estimated. Rejects with `gallery-unavailable`. */
export type ReportRetention = (signal: AbortSignal) => Promise<RetentionReport>;

export function createRetentionReport(holdings: Pick<Holdings, 'sizes' | 'documents'>, settings: RetentionSettings): ReportRetention {
  const kinds = dataClasses.flatMap(({ holds }) => (holds.in === 'documents' ? [...holds.kinds, ...(holds.parts ?? [])] : []));
  return async (signal) => {
    const [{ nowMs, ...sizes }, documents] = await Promise.all([holdings.sizes(signal), holdings.documents(kinds, signal)]);
    const entries = dataClasses.map((each) => {
      const { holds } = each;
      if (holds.in === 'elsewhere') return entryOf(each, null, settings);
      if (holds.in === 'gallery') {
        const of = (names: readonly HoldingName[] = []): Holding[] => names.map((name) => sizes[name]);
        return entryOf(each, summed(of(holds.names), of(holds.parts)), settings);
      }
      const of = (kindsOf: readonly string[] = []): Holding[] =>
        kindsOf.flatMap((kind) => {
          const held = documents.get(kind);
          return held ? { ...held, nextDueMs: nextDueOf(held, keepMsOfKind(kind, settings)) } : [];
        });
      return entryOf(each, summed(of(holds.kinds), of(holds.parts)), settings);
    });
    // The time of some is when to look at them next.
    const isPast = ({ oldestMs }: RetentionEntry): boolean => oldestMs !== null && oldestMs <= nowMs;
    return { atMs: nowMs, classes: entries.map((entry) => (isPast(entry) ? entry : { ...entry, oldestMs: null })) };
  };
}

/** The parts add their size only: two of one thing are no more things, and what they call their time may be something else. */
function summed(things: readonly Holding[], parts: readonly Holding[]): Holding {
  const first = (times: readonly (number | null)[]): number | null => {
    const known = times.filter((time) => time !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  return {
    count: things.reduce((sum, { count }) => sum + count, 0),
    isExact: things.every(({ isExact }) => isExact),
    atLeast: things.some(({ atLeast }) => atLeast),
    bytes: [...things, ...parts].reduce((sum, { bytes }) => sum + bytes, 0),
    oldestMs: first(things.map(({ oldestMs }) => oldestMs)),
    nextDueMs: first(things.map(({ nextDueMs }) => nextDueMs)),
  };
}

const nothing = { count: null, isExact: true, atLeast: false, bytes: null, oldestMs: null };

function entryOf(dataClass: DataClass, held: Holding | null, settings: RetentionSettings): RetentionEntry {
  const { id, title, what, where, howLong, about, by, setting } = dataClass;
  const keepMs = dataClass.keepMs?.(settings) ?? null;
  const { count, isExact, atLeast, bytes, oldestMs } = held ?? nothing;
  const shown = { id, title, what, where, howLong, about, by, count, isExact, atLeast, bytes, oldestMs };
  return { ...shown, nextDueMs: held && nextDueOf(held, keepMs), setting: setting === null ? null : { name: setting, keepMs } };
}

/** By the setting, or by their own dates, whatever comes first. */
function nextDueOf({ count, oldestMs, nextDueMs }: Holding, keepMs: number | null): number | null {
  if (count === 0) return null;
  return earlier(oldestMs !== null && keepMs !== null ? oldestMs + keepMs : null, nextDueMs);
}

const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);
