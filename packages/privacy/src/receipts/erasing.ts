import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { AuditStore } from '@watchpost/gallery/store';
import { runningProcesses } from '@watchpost/gallery/memory/processes';
import type { Holdings } from '@watchpost/gallery/holdings';
import type { Place, Subject } from './place.ts';
import type { PlaceCount } from './receipt.ts';
import { openKey, readReceipt, receiptKind, receiptOf, saveReceipt, type KeptReceipt } from './receipts.ts';

export interface ErasingDeps {
  documents: DocumentStore;
  audit: Pick<AuditStore, 'newest' | 'find'>;
  holdings: Pick<Holdings, 'namesOf'>;
  /** Everywhere where something of a person may be, the gallery's own tables first. */
  places: readonly Place[];
  /** Erases at once what the gallery has that is due. */
  eraseNow: (signal: AbortSignal) => Promise<unknown>;
  /** How long receipts are kept, milliseconds. */
  keepMs: number;
  log: Logger;
}

/** After a wish can no longer be undone, the gallery's own tables wait so long: see housekeeping. Milliseconds. */
const galleryWaitsMs = 60_000;
/** A second look comes so long after nothing was left: what was being written meanwhile is there by then. Milliseconds. */
const lookAgainMs = 60_000;
/** Between two looks at what is left, milliseconds: the first ones come soon. */
const waits = { firstMs: 1_000, mostMs: 30_000 };
const newestEntries = 200;
const mostOpen = 500;
const memory = 'memory of processes';

/**
 * Sees wishes to be forgotten through, one round for each call: makes their receipts, erases what is due wherever there are `places`, and looks
 * whether anything is left. Whoever is killed in between does that part again: nothing is counted as erased that was not looked for afterwards.
 */
export async function eraseForgotten(deps: ErasingDeps, signal: AbortSignal): Promise<void> {
  const { documents, audit } = deps;
  const found = await documents.find({ kind: receiptKind, key: openKey, order: 'oldest', limit: mostOpen }, signal);
  const open = found.flatMap((each) => readReceipt(each) ?? []);
  open.push(...(await begin(deps, signal)));
  if (open.length === 0) return;
  const { nowMs } = await documents.get(receiptKind, '', signal);
  const due = open.filter(({ nextLookAtMs }) => nextLookAtMs <= nowMs);
  if (due.some(({ state, dueAtMs }) => state === 'erasing' && nowMs >= dueAtMs + galleryWaitsMs)) await deps.eraseNow(signal);
  for (const receipt of due) {
    try {
      await look(receipt, nowMs, { ...deps, audit }, signal);
    } catch (error) {
      // Another worker was faster, or a platform is away: the others must not wait for that.
      if (signal.aborted) throw error;
      if (!isConflict(error))
        deps.log.warn({ err: toAppError(error), receipt: receipt.id }, 'a receipt must wait: something cannot be erased now');
    }
  }
}

/** Makes receipts of the wishes that have none yet. */
async function begin({ documents, audit, keepMs }: ErasingDeps, signal: AbortSignal): Promise<KeptReceipt[]> {
  const wishes = (await audit.newest(newestEntries, {}, signal)).flatMap((entry) => receiptOf(entry) ?? []);
  if (wishes.length === 0) return [];
  const ids = wishes.map(({ id }) => id);
  const known = new Set((await documents.getAll(receiptKind, ids, signal)).map(({ id }) => id));
  const begun: KeptReceipt[] = [];
  for (const wish of wishes) {
    if (known.has(wish.id)) continue;
    const written = await saveReceipt(documents, { ...wish, revision: 0 }, keepMs, signal).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
      return null;
    });
    if (written) begun.push(written);
  }
  return begun;
}

async function look(receipt: KeptReceipt, nowMs: number, deps: ErasingDeps, signal: AbortSignal): Promise<void> {
  const { documents, keepMs } = deps;
  const [entry] = await deps.audit.find(receipt.id, signal);
  if (receipt.state === 'pending' && entry?.undone) {
    await documents.remove(receiptKind, receipt.id, receipt.revision, signal);
    return;
  }
  const subject: Subject = { ...receipt, names: await deps.holdings.namesOf(receipt.personIds, signal) };
  if (nowMs < receipt.dueAtMs) {
    const { places } = await countAll(receipt, subject, deps, signal);
    await saveReceipt(documents, { ...receipt, places, nextLookAtMs: receipt.dueAtMs }, keepMs, signal);
    return;
  }
  // First what there is, then the erasing: whoever is killed in between still knows what there was.
  const before = await countAll(receipt, subject, deps, signal);
  const noted = await saveReceipt(documents, { ...receipt, state: stateOf(receipt, before.places), places: before.places }, keepMs, signal);
  for (const { place, names } of before.byPlace) {
    if (place.erase && names.some((name) => (before.places[name]?.left ?? 0) > 0)) await place.erase(subject, signal);
  }
  if (nowMs >= receipt.dueAtMs + galleryWaitsMs && isAnyLeft(before.places)) await deps.eraseNow(signal);
  const { places } = await countAll(noted, subject, deps, signal);
  await saveReceipt(documents, settled({ ...noted, places }, nowMs), keepMs, signal);
}

const isAnyLeft = (places: Record<string, PlaceCount>): boolean => Object.values(places).some(({ left }) => left > 0);

/** What was done is being erased again where something turned up. */
const stateOf = ({ state }: KeptReceipt, places: Record<string, PlaceCount>): KeptReceipt['state'] =>
  state === 'done' && !isAnyLeft(places) ? 'done' : 'erasing';

function settled(receipt: KeptReceipt, nowMs: number): KeptReceipt {
  const { state, places, doneAtMs, looks, dueAtMs } = receipt;
  if (isAnyLeft(places)) {
    // What the gallery erases is due a minute later; everything else at once.
    const waitMs = nowMs < dueAtMs + galleryWaitsMs ? dueAtMs + galleryWaitsMs - nowMs : Math.min(waits.firstMs * 2 ** looks, waits.mostMs);
    return {
      ...receipt,
      state: 'erasing',
      doneAtMs: null,
      looks: nowMs < dueAtMs + galleryWaitsMs ? 0 : looks + 1,
      nextLookAtMs: nowMs + waitMs,
    };
  }
  if (state === 'done' && doneAtMs !== null && nowMs >= doneAtMs + lookAgainMs)
    return { ...receipt, state: 'verified', verifiedAtMs: nowMs };
  const sinceMs = doneAtMs ?? nowMs;
  return { ...receipt, state: 'done', doneAtMs: sinceMs, looks: 0, nextLookAtMs: sinceMs + lookAgainMs };
}

/** How much there is in each place. What was found once stays found. */
async function countAll(
  { places: before, version }: KeptReceipt,
  subject: Subject,
  deps: ErasingDeps,
  signal: AbortSignal,
): Promise<{ places: Record<string, PlaceCount>; byPlace: { place: Place; names: string[] }[] }> {
  const counted: Record<string, PlaceCount> = {};
  const byPlace: { place: Place; names: string[] }[] = [];
  for (const place of deps.places) {
    const found = Object.entries(await place.count(subject, signal));
    for (const [name, left] of found) counted[name] = countOf(before[name], left, place.waitsFor);
    byPlace.push({ place, names: found.map(([name]) => name) });
  }
  const { nowMs } = await deps.documents.get(receiptKind, '', signal);
  const processes = await runningProcesses(deps.documents, nowMs, signal);
  const behind = processes.filter((each) => each.epoch === null || each.version < version);
  const found = Math.max(before[memory]?.found ?? 0, processes.length);
  const names = behind.map((each) => `${each.process} on ${each.host}`).join(', ');
  const why = behind.length === 0 ? null : `has not read the change yet: ${names}`;
  counted[memory] = { found, left: behind.length, erased: found - behind.length, why };
  return { places: counted, byPlace };
}

function countOf(before: PlaceCount | undefined, left: number, waitsFor: string): PlaceCount {
  const found = Math.max(before?.found ?? 0, left);
  return { found, left, erased: found - left, why: left === 0 ? null : waitsFor };
}
