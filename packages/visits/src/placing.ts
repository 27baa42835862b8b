import { channelKeySchema } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';
import { place, reaching, type JoinSettings, type Stretch } from './place.ts';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { cameraId, cameraKey, shortHash, fromDocument, visitKind, type CameraOf } from './visit-document.ts';
import type { VisitSnapshot } from './visit.ts';

const shelfKind = 'camera-visits';

const shelfSchema = z.object({
  v: z.literal(1),
  channel: channelKeySchema,
  camera: z.string().nullable(),
  /** Its latest visits. `touchedMs`: when a snapshot joined last, by the database's clock. */
  visits: z.array(z.object({ id: z.string(), fromMs: z.number(), toMs: z.number(), touchedMs: z.number() })),
  /** Visits that ended up to here may be missing. */
  completeAfterMs: z.number(),
});
type Shelf = z.infer<typeof shelfSchema>;

/** How many visits a camera's document lists; those that were touched a moment ago stay in any case. */
const mostListed = 40;
const touchedLatelyMs = 300_000;

/** Which visit each snapshot joins. */
export interface Placing {
  /** The id of the visit that takes this snapshot; the same for each repetition. */
  placeOf(camera: CameraOf, snapshot: VisitSnapshot, settings: JoinSettings, signal: AbortSignal): Promise<string>;
  /** The id of the visit that was going on at this camera at that moment, or null. */
  placed(camera: CameraOf, atMs: number, signal: AbortSignal): Promise<string | null>;
}

/**
 * One document for each camera decides, by compare-and-set: it lists the latest visits as stretches of time. A stretch only grows, and
 * never over another one; so the snapshot of a moment that lies in one has joined that visit, or will when it is tried again. What
 * is no longer listed is found among the visits themselves.
 */
export function createPlacing(documents: DocumentStore, keepMs: number): Placing {
  async function read(camera: CameraOf, signal: AbortSignal): Promise<{ stored: StoredDocument | null; shelf: Shelf; nowMs: number }> {
    const { document: stored, nowMs } = await documents.get(shelfKind, cameraId(camera), signal);
    const empty: Shelf = { v: 1, ...camera, visits: [], completeAfterMs: 0 };
    return { stored, shelf: stored ? shelfSchema.parse(stored.body) : empty, nowMs };
  }

  /** The listed visits, and those around the moment that may be listed no more. */
  async function stretchesAround(camera: CameraOf, shelf: Shelf, atMs: number, windowMs: number, signal: AbortSignal): Promise<Stretch[]> {
    if (atMs - windowMs > shelf.completeAfterMs) return shelf.visits;
    const query = { kind: visitKind, key: cameraKey(camera), fromMs: atMs - windowMs, order: 'oldest', limit: mostListed } as const;
    // Some are listed too; those come first, and reach at least as far.
    return [...shelf.visits, ...(await documents.find(query, signal)).map((each) => stretchOf(each))];
  }

  return {
    placeOf: (camera, { snapshotId, takenAtMs: atMs }, settings, signal) =>
      untilNoConflict(async () => {
        const { stored, shelf, nowMs } = await read(camera, signal);
        const stretches = await stretchesAround(camera, shelf, atMs, settings.visitWindowMs, signal);
        const found = place(stretches, atMs, settings);
        if (found && found.fromMs <= atMs && atMs <= found.toMs) return found.id;
        const begun = { id: shortHash([camera.channel, camera.camera, snapshotId]), fromMs: atMs, toMs: atMs };
        const grown = reaching(found ?? begun, atMs);
        const next = withVisit(shelf, grown, nowMs);
        const lastMs = Math.max(...next.visits.map(({ toMs }) => toMs));
        const written = { kind: shelfKind, id: cameraId(camera), revision: stored?.revision ?? 0, atMs: lastMs, keys: [] };
        await documents.put({ ...written, expiresAtMs: Math.max(lastMs, nowMs) + keepMs, body: next }, signal);
        return grown.id;
      }, signal),
    placed: async (camera, atMs, signal) => {
      const { shelf } = await read(camera, signal);
      const stretches = await stretchesAround(camera, shelf, atMs, 0, signal);
      return stretches.find(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs)?.id ?? null;
    },
  };
}

function stretchOf(document: StoredDocument): Stretch {
  const { id, snapshots } = fromDocument(document);
  const [first, last] = [snapshots[0]?.takenAtMs ?? document.atMs, snapshots.at(-1)?.takenAtMs ?? document.atMs];
  return { id, fromMs: first, toMs: last };
}

/** The list with this visit in it; the oldest ones leave it, unless a worker may still be writing them. */
function withVisit(shelf: Shelf, visit: Stretch, nowMs: number): Shelf {
  const others = shelf.visits.filter(({ id }) => id !== visit.id);
  const newestFirst = [...others, { ...visit, touchedMs: nowMs }].sort((a, b) => b.toMs - a.toMs);
  const stays = ({ touchedMs }: { touchedMs: number }, index: number): boolean => index < mostListed || nowMs - touchedMs < touchedLatelyMs;
  const visits = newestFirst.filter((each, index) => stays(each, index));
  const left = newestFirst.filter((each, index) => !stays(each, index));
  return { ...shelf, visits, completeAfterMs: Math.max(shelf.completeAfterMs, ...left.map(({ toMs }) => toMs)) };
}
