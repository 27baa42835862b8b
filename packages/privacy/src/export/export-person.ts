import { AppError } from '@watchpost/shared/errors';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { throwIfAborted } from '@watchpost/shared/wait';
import { type AuditEntry, personsSeen, type Sighting, type SnapshotSightings } from '@watchpost/gallery/domain';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { Kept } from '@watchpost/gallery/open-gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { fromDocument, visitKind } from '@watchpost/visits/visit-document';
import { createVisits, endOf } from '@watchpost/visits/visits';
import type { Consents } from '../consent/consents.ts';
import { createKnownPosts } from '../receipts/known-posts.ts';
import { noticesOf, recordsOf, subscriptionsOf } from './elsewhere.ts';
import { exportReadme } from './readme.ts';
import { timeOf } from './time-of.ts';

/** Of what is written; raised when something in it changes its meaning. */
export const exportVersion = 1;

/** Takes the files one after another; paths have plain characters and `/`. */
export type AddFile = (path: string, bytes: Uint8Array) => Promise<void>;

/** What was written. */
export interface Exported {
  name: string;
  faces: number;
  sightings: number;
  pictures: number;
  files: number;
}

/**
 * Writes all that is kept about a person, as JSON and JPEG, without other people's data. `personId`: as `Gallery.person` takes it. Rejects
 * with `person-not-found`, with `gallery-unavailable`, and with what `add` rejects with.
 */
export type ExportPerson = (personId: string, add: AddFile, signal: AbortSignal) => Promise<Exported>;

export interface ExportDeps {
  gallery: Pick<Gallery, 'person'>;
  documents: DocumentStore;
  questions: Pick<GalleryQuestions, 'idsOf'>;
  kept: Kept;
  records: Pick<SnapshotRecords, 'ofPersons'>;
  consents: Pick<Consents, 'get'>;
}

const pageSize = 200;
const auditPage = 500;

export function createExportPerson(deps: ExportDeps): ExportPerson {
  const { gallery, documents, questions, kept, records, consents } = deps;
  return async (personId, add, signal) => {
    const person = await gallery.person(personId, signal);
    if (!person) throw new AppError('person-not-found', 'there is no such person');
    const ids = questions.idsOf(person.id);
    const count = { name: person.name, faces: 0, sightings: 0, pictures: 0, files: 0 };
    const write = async (path: string, bytes: Uint8Array): Promise<void> => {
      throwIfAborted(signal);
      await add(path, bytes);
      count.files += 1;
    };
    const json = (path: string, value: unknown): Promise<void> => write(path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
    const picture = async (path: string, jpeg: Uint8Array | null): Promise<string | null> => {
      if (!jpeg) return null;
      await write(path, jpeg);
      count.pictures += 1;
      return path;
    };

    await write('README.txt', Buffer.from(exportReadme(exportVersion)));
    const consent = await consents.get(person.id, signal);
    await json('person.json', {
      format: 'watchpost-person',
      version: exportVersion,
      exportedAt: new Date().toISOString(),
      id: person.id,
      earlierIds: ids.filter((id) => id !== person.id),
      names: await kept.holdings.namesOf(ids, signal),
      status: person.status,
      number: person.number,
      toldApartFrom: kept.elsewhere.pairsOf(person.id),
      lastSeen: person.lastSeen && { ...person.lastSeen, atMs: undefined, at: timeOf(person.lastSeen.atMs) },
      consent:
        consent.state === 'unknown'
          ? { state: 'unknown' }
          : { state: consent.state, at: timeOf(consent.atMs), by: kindOf(consent.by), note: consent.note },
    });
    const learnt = await exportSightings(ids, kept, { json, picture, count }, signal);
    const elsewhere = [...new Set([...kept.elsewhere.showing(person.id), ...learnt])];
    await exportFaces({ ids, elsewhere }, kept, { json, picture, count }, signal);
    await json('records.json', await recordsOf(ids, records, signal));
    await json('audit.json', await auditOf(ids, kept, signal));
    await json('visits.json', await visitsOf(ids, documents, signal));
    await json('posts.json', await postsOf(ids, documents, signal));
    await json('notices.json', await noticesOf(ids, documents, signal));
    await json('subscriptions.json', await subscriptionsOf(ids, documents, signal));
    return count;
  };
}

interface Writing {
  json: (path: string, value: unknown) => Promise<void>;
  picture: (path: string, jpeg: Uint8Array | null) => Promise<string | null>;
  count: { faces: number; sightings: number };
}

/** The references by which the person is recognised, those that are known not to be them, and faces of the person that others have. */
async function exportFaces(
  { ids, elsewhere }: { ids: readonly string[]; elsewhere: readonly string[] },
  { store }: Kept,
  { json, picture, count }: Writing,
  signal: AbortSignal,
): Promise<void> {
  const faces = await store.faces({ personIds: ids }, { embeddings: true }, signal);
  const known = new Set(faces.map(({ id }) => id));
  for (let from = 0; from < elsewhere.length; from += pageSize) {
    const wanted = elsewhere.slice(from, from + pageSize).filter((id) => !known.has(id));
    faces.push(...(await store.faces({ ids: wanted }, { embeddings: true }, signal)));
  }
  const listed: unknown[] = [];
  for (const { id, personId, role, modelId, quality, sizePx, createdAtMs, embedding, shows } of faces) {
    const isElsewhere = !ids.includes(personId);
    // A negative shows somebody else: only that there is one belongs to this person.
    const isOwn = isElsewhere || role === 'reference' || (shows !== null && ids.includes(shows));
    count.faces += 1;
    const jpeg = isOwn ? await store.crop(id, signal) : null;
    listed.push({
      id,
      role,
      heldFor: isElsewhere ? 'somebody else' : 'this person',
      modelId,
      quality,
      sizePx,
      learntAt: timeOf(createdAtMs),
      picture: await picture(`faces/${fileNameOf(id)}.jpg`, jpeg),
      ...(isOwn && { embedding: base64Of(embedding) }),
    });
  }
  await json('faces.json', listed);
}

/** Where and when the person was seen: of each snapshot their own faces, and nobody else's. Resolves to the faces that were learnt from them. */
async function exportSightings(
  ids: readonly string[],
  { sightings, elsewhere }: Kept,
  { json, picture, count }: Writing,
  signal: AbortSignal,
): Promise<string[]> {
  const learnt: string[] = [];
  for (let [page, last] = [1, undefined as SnapshotSightings | undefined]; ; page += 1) {
    const found: SnapshotSightings[] = await sightings.ofPersons(ids, pageSize, signal, last);
    last = found.at(-1);
    if (!last && page > 1) return learnt;
    const listed: unknown[] = [];
    for (const { snapshotId, channel, camera, takenAtMs, faces } of found) {
      for (const [position, face] of faces.entries()) {
        // Of an uncertain face the person is only a candidate, until a reader says so: it may be anybody's.
        if (!personsSeen([face]).some((id) => ids.includes(id))) continue;
        count.sightings += 1;
        learnt.push(...elsewhere.learntFrom(snapshotId, position));
        const path = `sightings/${fileNameOf(snapshotId)}-${position}.jpg`;
        const jpeg = await picture(path, await sightings.crop(snapshotId, position, signal));
        listed.push({ snapshot: snapshotId, channel, camera, takenAt: timeOf(takenAtMs), ...shownFace(face), picture: jpeg });
      }
    }
    await json(`sightings-${String(page).padStart(4, '0')}.json`, listed);
    if (!last) return learnt;
  }
}

/** Without who else was compared. */
function shownFace({ box, decision, similarity, quality, sizePx, modelId, saidBy, embedding }: Sighting) {
  const said = saidBy === null ? null : kindOf(saidBy);
  return { box, decision, similarity, quality, sizePx, modelId, said, embedding: base64Of(embedding) };
}

/** What was changed about them. An entry that concerns others, too, is listed without its words, which name them. */
async function auditOf(ids: readonly string[], { audit }: Kept, signal: AbortSignal): Promise<unknown[]> {
  const listed: unknown[] = [];
  const own = (entry: AuditEntry): boolean => entry.personIds.some((id) => ids.includes(id));
  for (let below = Number.MAX_SAFE_INTEGER; ;) {
    const page = await audit.newest(auditPage, { below }, signal);
    for (const { action, atMs, personIds, summary, undone, actor } of page.filter(own)) {
      const isOnlyTheirs = personIds.every((id) => ids.includes(id));
      listed.push({ action, at: timeOf(atMs), by: kindOf(actor.id), undone, words: isOnlyTheirs ? summary : null });
    }
    const last = page.at(-1);
    if (!last || page.length < auditPage) return listed;
    below = last.version;
  }
}

async function visitsOf(ids: readonly string[], documents: DocumentStore, signal: AbortSignal): Promise<unknown[]> {
  const visits = await createVisits(documents).withPersons(ids, 0, signal);
  // Not where it was only asked whether it was they, or said that it was not: somebody else was there.
  return visits
    .filter(({ persons }) => persons.some((id) => ids.includes(id)))
    .map((visit) => ({
      id: visit.id,
      channel: visit.channel,
      camera: visit.camera,
      from: timeOf(visit.snapshots[0]?.takenAtMs ?? 0),
      to: timeOf(endOf(visit)),
      snapshots: visit.snapshots.map(({ snapshotId }) => snapshotId),
    }));
}

async function postsOf(ids: readonly string[], documents: DocumentStore, signal: AbortSignal): Promise<unknown[]> {
  const posts = await createKnownPosts(documents).showing(ids, Infinity, signal);
  const visitIds = posts.flatMap(({ about }) => (about.kind === 'visit' ? about.id : []));
  const others = new Set<string>();
  for (let from = 0; from < visitIds.length; from += pageSize)
    for (const visit of await documents.getAll(visitKind, visitIds.slice(from, from + pageSize), signal))
      if (!fromDocument(visit).persons.some((id) => ids.includes(id))) others.add(visit.id);
  // A picture that no post shows is in no channel.
  const theirs = posts.filter(({ about }) => about.kind === 'notice' || (about.kind === 'visit' && !others.has(about.id)));
  return theirs.map(({ channel, messageId, atMs, about }) => ({ channel, messageId, about: about.kind, at: timeOf(atMs) }));
}

/** Who did something is somebody else's data: only from where. */
const kindOf = (actorId: string): string => actorId.split(':')[0] ?? actorId;
const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
/** Ids come from platforms. */
const fileNameOf = (id: string): string => id.replaceAll(/[^\w.-]/g, '_').slice(0, 100);
