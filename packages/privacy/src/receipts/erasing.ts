import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import { countPlaces, isAnyLeft, isLeftIn, type CountDeps } from './count-places.ts';
import type { Place, Subject } from './place.ts';
import { openKey, readReceipt, receiptKind, saveReceipt, type KeptReceipt } from './stored-receipt.ts';
import { beginReceipts, type WishesDeps } from './wishes.ts';

export interface ErasingDeps extends WishesDeps, CountDeps {
  documents: DocumentStore;
  /** Erases at once what the gallery has that is due. */
  eraseNow: (signal: AbortSignal) => Promise<unknown>;
  log: Logger;
}

/** After a wish can no longer be undone, the gallery's own tables wait so long: see housekeeping. Milliseconds. */
const galleryWaitsMs = 60_000;
/** A second look comes so long after nothing was left: what was being written meanwhile is there by then. Milliseconds. */
const lookAgainMs = 60_000;
/** Between two looks at what is left, milliseconds: the first ones come soon, and those after something was erased. */
const waits = { firstMs: 1_000, mostMs: 30_000 };
/** While a wish can be undone, between two looks at places that did not answer. Milliseconds. */
const unseenMs = 10_000;
/** Receipts that are looked at together, those that have waited longest first. */
const atOnce = 20;
/** A round takes up no more receipts after this time, milliseconds: new wishes are counted meanwhile. */
const roundMs = 20_000;

/** A receipt in a round, with how it was found. */
interface Look {
  receipt: KeptReceipt;
  subject: Subject;
  /** How much was left when it was looked at before. */
  leftBefore: number;
}

/**
 * Sees wishes to be forgotten through, one round for each call: makes their receipts, erases what is due wherever there are `places`, and looks
 * whether anything is left. Whoever is killed in between does that part again: nothing is counted as erased that was not looked for afterwards.
 */
export async function eraseForgotten(deps: ErasingDeps, signal: AbortSignal): Promise<void> {
  const { documents, gallery } = deps;
  // Until then nobody knows who is called what.
  if (!gallery.isReady()) return;
  await beginReceipts(deps, signal);
  const { nowMs } = await documents.get(receiptKind, '', signal);
  const query = { kind: receiptKind, key: openKey, beforeMs: nowMs + 1, order: 'oldest', limit: atOnce } as const;
  const seen = new Set<string>();
  for (const startMs = performance.now(); performance.now() - startMs < roundMs;) {
    const due = (await documents.find(query, signal)).flatMap((each) => readReceipt(each) ?? []).filter(({ id }) => !seen.has(id));
    for (const { id } of due) seen.add(id);
    if (due.length === 0) return;
    await lookAtAll(due, nowMs, deps, signal);
  }
}

/** First what each has beside the gallery, then the gallery's own at once for all. */
async function lookAtAll(due: readonly KeptReceipt[], nowMs: number, deps: ErasingDeps, signal: AbortSignal): Promise<void> {
  const looks: Look[] = [];
  for (const receipt of due) {
    const begun = await unlessFaster(() => begin(receipt, nowMs, deps, signal));
    if (begun) looks.push(begun);
  }
  if (looks.some(({ receipt }) => nowMs >= receipt.dueAtMs + galleryWaitsMs && isLeftInGallery(receipt, deps)))
    await guarded(deps, signal, 'the gallery', () => deps.eraseNow(signal));
  for (const { receipt, subject, leftBefore } of looks)
    await unlessFaster(async () => {
      const { places } = await countPlaces(receipt, subject, deps, signal);
      const counted = withoutNames({ ...receipt, places }, deps, nowMs);
      const othersLeft = isAnyLeft(counted.places) && !isOnlyLeftInGallery(counted, deps);
      await saveReceipt(deps.documents, afterLook(counted, { leftBefore, othersLeft, nowMs }), deps.keepMs, signal);
      return null;
    });
}

/** Counts, and erases all but what the gallery erases itself. Null: it is not due yet, or was undone. */
async function begin(receipt: KeptReceipt, nowMs: number, deps: ErasingDeps, signal: AbortSignal): Promise<Look | null> {
  const { documents, keepMs } = deps;
  const [entry] = await deps.audit.find(receipt.id, signal);
  if (receipt.state === 'pending' && entry?.undone) {
    await documents.remove(receiptKind, receipt.id, receipt.revision, signal);
    return null;
  }
  // What is found by the name of somebody else is theirs.
  const names = receipt.names.filter((name) => !deps.isTaken(name));
  const subject: Subject = { ...receipt, names, dueForMs: nowMs - receipt.dueAtMs };
  const { places, isComplete } = await countPlaces(receipt, subject, deps, signal);
  if (nowMs < receipt.dueAtMs) {
    // What nobody could look at is unknown: somebody may want to know before it can no longer be undone.
    const nextLookAtMs = isComplete ? receipt.dueAtMs : Math.min(receipt.dueAtMs, nowMs + unseenMs);
    await saveReceipt(documents, { ...receipt, places, nextLookAtMs }, keepMs, signal);
    return null;
  }
  // First what there is, then the erasing: whoever is killed in between still knows what there was.
  const state = receipt.state === 'done' && !isAnyLeft(places) ? 'done' : 'erasing';
  const noted = await saveReceipt(documents, { ...receipt, state, places }, keepMs, signal);
  for (const { erase, what } of deps.places)
    if (erase && isLeftIn(what, places)) await guarded(deps, signal, what.join(', '), () => erase(subject, signal));
  return { receipt: noted, subject, leftBefore: leftOf(receipt) };
}

/** One place that is away keeps nobody from erasing the others. */
async function guarded({ log }: Pick<ErasingDeps, 'log'>, signal: AbortSignal, place: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throwIfAborted(signal);
    log.warn({ err: toAppError(error), place }, 'something of a person who is forgotten cannot be erased now: it is tried again');
  }
}

/** Null: another worker was faster. */
async function unlessFaster<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!isConflict(error)) throw error;
    return null;
  }
}

const leftOf = ({ places }: Pick<KeptReceipt, 'places'>): number => Object.values(places).reduce((sum, { left }) => sum + left, 0);

const galleryPlaces = (places: readonly Place[]): string[] => places.filter(({ erase }) => !erase).flatMap(({ what }) => what);

const isLeftInGallery = ({ places }: KeptReceipt, deps: Pick<ErasingDeps, 'places'>): boolean =>
  isLeftIn(galleryPlaces(deps.places), places);

function isOnlyLeftInGallery({ places }: KeptReceipt, deps: Pick<ErasingDeps, 'places'>): boolean {
  const own = new Set(galleryPlaces(deps.places));
  return !isLeftIn(
    Object.keys(places).filter((name) => !own.has(name)),
    places,
  );
}

/** Names stay no longer than something is found by them, whatever else is left. Pure. */
function withoutNames(receipt: KeptReceipt, { places }: Pick<ErasingDeps, 'places'>, nowMs: number): KeptReceipt {
  const { unnamedSinceMs, ...found } = receipt;
  const byName = places.filter((place) => place.byName).flatMap(({ what }) => what);
  if (isLeftIn(byName, receipt.places)) return found;
  const sinceMs = unnamedSinceMs ?? nowMs;
  return { ...found, unnamedSinceMs: sinceMs, names: nowMs >= sinceMs + lookAgainMs ? [] : receipt.names };
}

/** The receipt after a look, with when to look again. Pure. */
function afterLook(
  receipt: KeptReceipt,
  { leftBefore, othersLeft, nowMs }: { leftBefore: number; othersLeft: boolean; nowMs: number },
): KeptReceipt {
  const { state, places, doneAtMs, looks, dueAtMs } = receipt;
  if (isAnyLeft(places)) {
    // While something goes, the next part soon goes too.
    const inVain = leftOf(receipt) < leftBefore ? 0 : looks;
    const backoffMs = Math.min(waits.firstMs * 2 ** inVain, waits.mostMs);
    const untilGalleryMs = dueAtMs + galleryWaitsMs - nowMs;
    const waitMs = untilGalleryMs <= 0 ? backoffMs : othersLeft ? Math.min(backoffMs, untilGalleryMs) : untilGalleryMs;
    return { ...receipt, state: 'erasing', doneAtMs: null, looks: inVain + 1, nextLookAtMs: nowMs + waitMs };
  }
  if (state === 'done' && doneAtMs !== null && nowMs >= doneAtMs + lookAgainMs)
    return { ...receipt, state: 'verified', verifiedAtMs: nowMs };
  const sinceMs = doneAtMs ?? nowMs;
  return { ...receipt, state: 'done', doneAtMs: sinceMs, looks: 0, nextLookAtMs: sinceMs + lookAgainMs };
}
