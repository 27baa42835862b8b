import type { Sighting, SnapshotSightings } from '@watchpost/gallery/domain';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { z } from 'zod';
import { fromCursor, toCursor } from '../../people/cursor.ts';
import { knownPerson } from './person-page.ts';
import type { SightingItem } from './schema.ts';

const pageSize = 60;
const placeSchema = z.tuple([z.number(), z.string()]);

/** Where somebody was seen, the newest first. Of the snapshot that a page ends with all faces are on that page. */
export async function sightingsPage(
  id: string,
  cursor: string | undefined,
  { mirror, database }: Pick<GalleryParts, 'mirror' | 'database'>,
  signal: AbortSignal,
): Promise<{ items: SightingItem[]; next: string | null }> {
  const person = knownPerson(mirror, id);
  const ids = mirror.idsOf(person.id);
  const place = fromCursor(cursor, placeSchema);
  const after = place && { takenAtMs: place[0], snapshotId: place[1] };
  const found = await database.sightings.ofPersons(ids, pageSize, signal, after);
  const last = found.at(-1);
  const own = new Set(ids);
  return {
    items: found.flatMap((snapshot) => itemsOf(snapshot, own, mirror)),
    next: last && found.length === pageSize ? toCursor([last.takenAtMs, last.snapshotId]) : null,
  };
}

function itemsOf(snapshot: SnapshotSightings, own: ReadonlySet<string>, mirror: GalleryParts['mirror']): SightingItem[] {
  const { snapshotId, takenAtMs, channel, camera, faces } = snapshot;
  const isOwn = ({ personId }: Sighting): boolean => personId !== null && own.has(personId);
  const others = faces.flatMap((face) => (isOwn(face) || !isSure(face) ? [] : (mirror.person(face.personId ?? '') ?? [])));
  return faces.flatMap((face, position): SightingItem[] => {
    if (!isOwn(face)) return [];
    const isKept = face.decision !== 'match' || mirror.facesFrom(snapshotId, position).length > 0;
    return [
      {
        snapshotId,
        position,
        takenAtMs,
        channel,
        camera,
        unsure: !isSure(face),
        similarity: face.similarity,
        said: face.saidBy !== null,
        picture: isKept ? `/api/pictures/${encodeURIComponent(snapshotId)}/faces/${String(position)}` : null,
        with: others.map(({ id, name }) => ({ id, name })),
      },
    ];
  });
}

const isSure = ({ decision, saidBy }: Sighting): boolean => decision !== 'uncertain' || saidBy !== null;
