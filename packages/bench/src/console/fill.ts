import { randomBytes } from 'node:crypto';
import type { AuditEntry, StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { VisitBody } from '@watchpost/visits/visit';
import { toDocument } from '@watchpost/visits/visit-document';
import { createSyntheticFaces } from '../gallery/synthetic-faces.ts';
import { drawFaces } from './drawn-faces.ts';
import { fillMongo } from './fill-mongo.ts';
import { fillPostgres } from './fill-postgres.ts';
import {
  cameras,
  channel,
  faceIdOf,
  facesOf,
  isUnknown,
  looksLikeAnother,
  modelId,
  personIdOf,
  personSeenIn,
  plannedEntry,
  plannedPerson,
  snapshotIdOf,
  spanMs,
  uncertainEvery,
  type FillSizes,
} from './planned.ts';

/** A face with its picture. */
export interface FilledFace extends Omit<StoredFace, 'deleted' | 'version'> {
  crop: Buffer;
}

/** All that one kind of database writes in its own way. Everything has version 1, but for the audit. */
export interface Filling {
  sizes: FillSizes;
  nowMs: number;
  persons: Omit<StoredPerson, 'version'>[];
  /** In batches, made when they are asked for: together they would not fit into memory. */
  faces: () => Iterable<FilledFace[]>;
  crops: readonly Buffer[];
  /** What sightings have in turn as vectors: as many bytes as real ones. */
  vectors: readonly Float32Array[];
  /** The vectors of some faces of which nobody is sure, each its own: whoever answers teaches the gallery. */
  unsure: { snapshotId: string; embedding: Float32Array }[];
  records: SnapshotRecord[];
  entries: AuditEntry[];
}

const facesAtOnce = 500;
const visitsAtOnce = 16;
const mostUnsure = 200;
/** So many that no block of a database holds one twice: it would be compressed away. */
const differentVectors = 61;

/**
 * Fills an empty database with people, their faces, sightings of the last month, records, visits and an audit, past the stores: some
 * minutes and 5 GB for 10,000 people and 1,000,000 sightings. Absent sizes follow from the others. Nobody may use the database meanwhile.
 */
export async function fillDatabase(
  storage: StorageConfig,
  { people, sightings, ...rest }: Pick<FillSizes, 'people' | 'sightings'> & Partial<FillSizes>,
  signal: AbortSignal,
): Promise<void> {
  const sizes: FillSizes = {
    people,
    sightings,
    records: Math.min(sightings, 20_000),
    visits: Math.min(Math.floor(sightings / 3), 500),
    changes: Math.min(people * 3, 5_000),
    ...rest,
  };
  const log = createLogger('fill', 'silent');
  const database = await openDatabase(storage, { log }, signal);
  try {
    // Creates the state of an empty gallery.
    await database.store.head(signal);
    const filling = await plan(sizes);
    if (storage.MONGO_CONNECTION_STRING) await fillMongo(storage.MONGO_CONNECTION_STRING, filling);
    else if (storage.POSTGRES_URL) await fillPostgres(storage.POSTGRES_URL, filling);
    await fillVisits(database.documents, sizes, filling.nowMs, signal);
  } finally {
    await database.close();
  }
}

async function plan(sizes: FillSizes): Promise<Filling> {
  const nowMs = Date.now();
  const crops = await drawFaces();
  return {
    sizes,
    nowMs,
    persons: Array.from({ length: sizes.people }, (_, index) => plannedPerson(index, nowMs)),
    faces: () => plannedFaces(sizes, crops, nowMs),
    crops,
    vectors: plannedVectors(differentVectors, 11),
    unsure: plannedUnsure(sizes),
    records: sizes.people === 0 ? [] : Array.from({ length: sizes.records }, (_, index) => plannedRecord(index, sizes, nowMs)),
    entries: sizes.people === 0 ? [] : Array.from({ length: sizes.changes }, (_, age) => plannedEntry(age, sizes, nowMs)),
  };
}

function* plannedFaces({ people, sightings }: FillSizes, crops: readonly Buffer[], nowMs: number): Iterable<FilledFace[]> {
  const synthetic = createSyntheticFaces(5);
  let batch: FilledFace[] = [];
  let twin: Float32Array | null = null;
  for (let person = 0; person < people; person += 1) {
    // Some unknowns look like another one: one person whom nobody has recognised as such yet.
    const looks: Float32Array = twin && looksLikeAnother(person) ? twin : synthetic.person();
    if (isUnknown(person)) twin = looks;
    const crop = crops[person % crops.length] ?? Buffer.alloc(0);
    for (let index = 1; index <= facesOf(person); index += 1)
      batch.push({ ...plannedFace(person, index, sightings, nowMs), embedding: synthetic.picture(looks), crop });
    if (batch.length < facesAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function plannedFace(person: number, index: number, sightings: number, nowMs: number): Omit<FilledFace, 'embedding' | 'crop'> {
  const isNegative = index > 3 && index === facesOf(person) && person % 4 === 0;
  // Some were enrolled from files.
  const isSeen = index % 4 !== 0 && sightings > 0;
  return {
    id: faceIdOf(person, index),
    personId: personIdOf(person),
    modelId,
    role: isNegative ? 'negative' : 'reference',
    quality: 0.5 + ((person + index) % 50) / 100,
    sizePx: 40 + ((person * 13 + index * 29) % 160),
    snapshotId: isSeen ? snapshotIdOf((person * 31 + index) % sightings) : null,
    position: isSeen ? 0 : null,
    shows: null,
    createdAtMs: nowMs - spanMs + index * 86_400_000,
  };
}

function plannedUnsure({ people, sightings }: FillSizes): Filling['unsure'] {
  if (people === 0) return [];
  const count = Math.min(mostUnsure, Math.floor((sightings + uncertainEvery - 6) / uncertainEvery));
  return plannedVectors(count, 17).map((embedding, index) => ({ snapshotId: snapshotIdOf(index * uncertainEvery + 5), embedding }));
}

function plannedVectors(count: number, seed: number): Float32Array[] {
  const synthetic = createSyntheticFaces(seed);
  return Array.from({ length: count }, () => synthetic.picture(synthetic.person()));
}

/** When the snapshot of this index was taken, the newest first. */
export const takenAtMs = (index: number, { sightings }: Pick<FillSizes, 'sightings'>, nowMs: number): number =>
  Math.floor(nowMs - (spanMs * index) / sightings);

function plannedRecord(index: number, sizes: FillSizes, nowMs: number): SnapshotRecord {
  const atMs = takenAtMs(index, sizes, nowMs);
  const snapshotId = snapshotIdOf(index);
  const messageId = `${Math.floor(atMs / 1_000)}.${String(index % 1_000_000).padStart(6, '0')}`;
  const file = { id: `F${index}`, name: 'snapshot.jpg', mimeType: 'image/jpeg', sizeBytes: 180_000, url: null, thumbnailUrl: null };
  const camera = cameras[index % cameras.length] ?? null;
  const face = {
    box: { x: 400, y: 200, width: 120, height: 150 },
    quality: 0.8,
    sizePx: 110,
    decision: 'match' as const,
    personId: personIdOf(personSeenIn(index, sizes.people)),
    similarity: 0.72,
  };
  return {
    snapshotId,
    job: { v: 1, kind: 'snapshot', snapshotId, channel, messageId, takenAtMs: atMs, camera, file },
    revision: 3,
    state: 'posted',
    outcome: 'faces',
    outcomeAtMs: atMs + 1_500,
    sha256: randomBytes(32).toString('hex'),
    fingerprint: null,
    sameAs: null,
    width: 1280,
    height: 720,
    faces: [face],
    galleryPosition: null,
    look: null,
    upload: null,
    error: null,
    updatedAtMs: atMs + 1_500,
  };
}

/** Each visit has three snapshots of one camera; the newest are of the last minutes. */
async function fillVisits(documents: DocumentStore, sizes: FillSizes, nowMs: number, signal: AbortSignal): Promise<void> {
  if (sizes.people === 0) return;
  const put = async (visit: number): Promise<void> => {
    const indexes = [0, 1, 2].map((step) => (Math.floor(visit / cameras.length) * 3 + step) * cameras.length + (visit % cameras.length));
    const snapshots = indexes
      .filter((index) => index < sizes.sightings)
      .map((index) => ({
        snapshotId: snapshotIdOf(index),
        messageId: `${Math.floor(takenAtMs(index, sizes, nowMs) / 1_000)}.${String(index).padStart(6, '0')}`,
        takenAtMs: takenAtMs(index, sizes, nowMs),
        width: 1280,
        height: 720,
      }))
      .toReversed();
    const persons = [...new Set(indexes.map((index) => personIdOf(personSeenIn(index, sizes.people))))];
    const camera = cameras[visit % cameras.length] ?? null;
    const body: VisitBody = {
      v: 1,
      id: `fill-visit-${String(visit).padStart(6, '0')}`,
      channel,
      camera,
      snapshots,
      numbers: snapshots.map(({ snapshotId }, index) => ({ number: index + 1, faces: [{ snapshotId, position: 0 }] })),
      persons,
      asked: [],
      verdict: 'post',
      post: null,
      picture: null,
      shownHash: null,
      shownRevision: 1,
      lastChange: null,
      said: [],
      replies: [],
    };
    await documents.put(toDocument({ ...body, revision: 0 }, 30 * 86_400_000), signal);
  };
  for (let from = 0; from < sizes.visits; from += visitsAtOnce)
    await Promise.all(Array.from({ length: Math.min(visitsAtOnce, sizes.visits - from) }, (_, step) => put(from + step)));
}
