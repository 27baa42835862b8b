import type { SnapshotSightings, StoredPerson } from '@watchpost/gallery/domain';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { AppError } from '@watchpost/shared/errors';
import { personRow, tallyNow } from '../../people/person-row.ts';
import type { PartlyTallied } from '../../people/tally.ts';
import type { PersonDetail, PersonFace } from './schema.ts';

type Parts = Pick<GalleryParts, 'mirror' | 'database'>;
type IndexedFace = ReturnType<GalleryParts['mirror']['facesOf']>[number];

/** Unknowns who may be the person; more than anybody looks at are left out. */
const mostPerhaps = 24;

/** The person, after following merges. Throws `person-not-found`. */
export function knownPerson(mirror: GalleryParts['mirror'], id: string): StoredPerson {
  const person = mirror.person(id);
  if (!person) throw new AppError('person-not-found', 'there is no such person: it was forgotten, or never existed');
  return person;
}

/** Everything that the head of a person's page shows. */
export async function personPage(id: string, parts: Parts, tallied: PartlyTallied, signal: AbortSignal): Promise<PersonDetail> {
  const { mirror } = parts;
  const person = knownPerson(mirror, id);
  const ids = mirror.idsOf(person.id);
  const faces = await facesOf(ids, parts, signal);
  const others = new Set(mirror.pairsOf(person.id).flatMap(({ personIds }) => personIds.flatMap((each) => mirror.person(each) ?? [])));
  const perhaps = mirror
    .mayBeOneOf(ids)
    .filter((each) => mirror.mayBe(each)?.id === person.id)
    .slice(0, mostPerhaps);
  const now = await tallyNow(parts, [person, ...perhaps], tallied, signal);
  const brief = ({ id: otherId, name }: StoredPerson): { id: string; name: string } => ({ id: otherId, name });
  return {
    ...personRow(mirror, person, now),
    createdAtMs: person.createdAtMs,
    formerNumbers: person.formerNumbers,
    references: faces.filter(({ role }) => role === 'reference'),
    negatives: faces.filter(({ role }) => role === 'negative'),
    perhaps: perhaps.map((each) => personRow(mirror, each, now)),
    notSame: [...others].filter(({ id: otherId }) => otherId !== person.id).map(brief),
    namesakes: (mirror.namesakes().find((persons) => persons.some(({ id: same }) => same === person.id)) ?? [])
      .filter(({ id: same }) => same !== person.id)
      .map(brief),
  };
}

/** The newest first. */
async function facesOf(ids: readonly string[], { mirror, database }: Parts, signal: AbortSignal): Promise<PersonFace[]> {
  const faces = ids.flatMap((each) => mirror.facesOf(each)).sort((a, b) => b.createdAtMs - a.createdAtMs);
  const snapshots = [...new Set(faces.flatMap(({ snapshotId }) => snapshotId ?? []))];
  const found = snapshots.length === 0 ? [] : await database.sightings.findAll(snapshots, signal);
  const seen = new Map(found.map((each) => [each.snapshotId, each]));
  return faces.map((face) => showFace(face, seen.get(face.snapshotId ?? ''), mirror));
}

function showFace(face: IndexedFace, seen: SnapshotSightings | undefined, mirror: GalleryParts['mirror']): PersonFace {
  const { id, role, modelId, quality, sizePx, createdAtMs, snapshotId, position, shows } = face;
  const shown = shows === null ? null : mirror.person(shows);
  return {
    id,
    role,
    modelId,
    quality,
    sizePx,
    createdAtMs,
    snapshotId,
    seen: seen ? { atMs: seen.takenAtMs, channel: seen.channel, camera: seen.camera } : null,
    learntFrom: learntFrom(face, seen?.faces[position ?? -1]),
    shows: shown && { id: shown.id, name: shown.name },
  };
}

function learntFrom(
  { id, role, snapshotId }: IndexedFace,
  sighting: SnapshotSightings['faces'][number] | undefined,
): PersonFace['learntFrom'] {
  if (role === 'negative') return 'denied';
  if (snapshotId === null) return 'file';
  if (!sighting) return null;
  if (sighting.saidBy !== null) return 'said';
  // A new unknown's first face is its own nearest reference.
  return sighting.decision === 'unknown' && sighting.faceId === id ? 'first' : 'recognised';
}
