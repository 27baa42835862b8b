import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import { runningProcesses } from '@watchpost/gallery/memory/processes';
import type { Left, Place, Subject } from './place.ts';
import type { PlaceCount, ReceiptBody } from './receipt.ts';

export interface CountDeps {
  documents: Pick<DocumentStore, 'get' | 'find'>;
  /** Everywhere where something of a person may be. */
  places: readonly Place[];
  log: Logger;
}

const memory = 'memory of processes';

type Counts = ReceiptBody['places'];

/** What was counted. */
export interface Counted {
  places: Counts;
  /** Whether somebody could look in all of them. */
  isComplete: boolean;
}

/** Whether something is left there, or nobody could look. Pure. */
export const isLeftIn = (names: readonly string[], places: Counts): boolean =>
  names.some((name) => (places[name]?.left ?? 0) > 0 || places[name]?.why != null);

/** The same of all places. Pure. */
export const isAnyLeft = (places: Counts): boolean => isLeftIn(Object.keys(places), places);

/**
 * How much there is in each place. What was found once stays found, and of a place that does not answer it stands what was known before, with
 * why: that counts as left.
 */
export async function countPlaces(
  { places: before, version }: Pick<ReceiptBody, 'places' | 'version'>,
  subject: Subject,
  { places, documents, log }: CountDeps,
  signal: AbortSignal,
): Promise<Counted> {
  const counted: Counts = {};
  let isComplete = true;
  for (const place of places) {
    const { what, waitsFor } = place;
    try {
      for (const [name, left] of Object.entries(await place.count(subject, signal))) counted[name] = countOf(before[name], left, waitsFor);
    } catch (error) {
      throwIfAborted(signal);
      isComplete = false;
      const err = toAppError(error);
      log.warn({ err, place: what.join(', ') }, 'nobody can tell now what is left of a person who is forgotten: it is tried again');
      for (const name of what) counted[name] = unknownCount(before[name], err.code);
    }
  }
  counted[memory] = await countMemory(before[memory], version, documents, signal);
  return { places: counted, isComplete };
}

async function countMemory(
  before: PlaceCount | undefined,
  version: number,
  documents: CountDeps['documents'],
  signal: AbortSignal,
): Promise<PlaceCount> {
  const nowMs = await databaseNow(documents, signal);
  const processes = await runningProcesses(documents, nowMs, signal);
  const behind = processes.filter((each) => each.epoch === null || each.version < version);
  const names = behind.map((each) => `${each.process} on ${each.host}`).join(', ');
  return countOf(before, { left: behind.length, why: null }, `has not read the change yet: ${names}`, processes.length);
}

/** `atLeast`: so much was found, whatever is left. */
function countOf(before: PlaceCount | undefined, now: Left, waitsFor: string, atLeast = 0): PlaceCount {
  const { left, why } = typeof now === 'number' ? { left: now, why: waitsFor } : now;
  const found = Math.max(before?.found ?? 0, left, atLeast);
  return { found, left, erased: found - left, why: left === 0 ? null : (why ?? waitsFor) };
}

function unknownCount(before: PlaceCount | undefined, code: string): PlaceCount {
  const { found, left, erased } = before ?? { found: 0, left: 0, erased: 0 };
  return { found, left, erased, why: `nobody could look there (${code}); it is tried again` };
}
