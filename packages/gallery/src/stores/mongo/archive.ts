import { randomUUID } from 'node:crypto';
import { type AnyBulkWriteOperation, Binary, type Collection, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import type { GalleryStore } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { auditDocumentSchema, fromBinary, galleryCollections, type Keyed } from './documents.ts';
import { present } from './own.ts';
import { sightedFaceSchema } from './sightings.ts';
import { freshState, stateId } from './state.ts';
import { readFace, readPair, readPerson } from './tolerant.ts';
import {
  type ArchiveLine,
  faceToLine,
  type LineOf,
  pairToLine,
  personToLine,
  vectorFromText,
  vectorToText,
} from '../../archive/archive-lines.ts';
import { type ArchiveBatch, type ArchiveStore, headAfter } from '../../archive/archive-store.ts';

const pageSize = 500;

const vectorText = z
  .instanceof(Binary)
  .nullish()
  .transform((binary) => (binary ? vectorToText(binary.toFloat32Array()) : null));
const time = z.date().transform((date) => date.getTime());

const sightingsSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: time,
    expiresAt: time,
    faces: z.array(sightedFaceSchema.extend({ embedding: vectorText })),
  })
  .transform(({ _id: id, takenAt: takenAtMs, expiresAt: expiresAtMs, ...rest }): LineOf<'sighting'> => ({
    kind: 'sighting',
    id,
    takenAtMs,
    expiresAtMs,
    ...rest,
  }));

const lastSeenSchema = z
  .object({ _id: z.string(), at: time, channel: z.string(), camera: z.string().nullable() })
  .transform(({ _id: id, at: atMs, ...rest }): LineOf<'last-seen'> => ({ kind: 'last-seen', id, atMs, ...rest }));

const auditSchema = auditDocumentSchema.transform(({ _id: id, at, actor, ...rest }): LineOf<'audit'> => ({
  kind: 'audit',
  id,
  actor: actor.id,
  where: actor.where ?? null,
  atMs: at.getTime(),
  ...rest,
}));

/** Stands in place of the gallery's state while it is being replaced; no process can read it as a state. */
const replacingSchema = z.object({ replacing: z.literal(true), before: z.object({ version: z.number(), nextNumber: z.number() }) });
type Replaced = z.infer<typeof replacingSchema>['before'];

/** Export and restore on MongoDB. `store` is that of the same database. */
export function createMongoArchive(db: Db, store: GalleryStore): ArchiveStore {
  const { state, persons, faces, pairs, crops, sightings, lastSeen, audit, upkeep } = galleryCollections(db);
  const targets = { person: persons, face: faces, pair: pairs, crop: crops, sighting: sightings, 'last-seen': lastSeen, audit };
  const live = { deleted: { $ne: true }, placeholder: null };
  const sources = {
    // Whoever cannot be read as they are is in the file as they can be read.
    person: [persons, live, (doc: Document) => mapped(readPerson(doc).value, personToLine)],
    face: [faces, live, (doc: Document) => mapped(readFace(doc, { vectors: true }).value, faceToLine)],
    pair: [pairs, live, (doc: Document) => mapped(readPair(doc).value, pairToLine)],
    sighting: [sightings, {}, (doc: Document) => sightingsSchema.safeParse(doc).data],
    'last-seen': [lastSeen, {}, (doc: Document) => lastSeenSchema.safeParse(doc).data],
    audit: [audit, { placeholder: null }, (doc: Document) => auditSchema.safeParse(doc).data],
  } as const;

  async function* read(kind: keyof typeof sources, signal: AbortSignal): AsyncGenerator<ArchiveLine[]> {
    const [collection, which, toLine] = sources[kind];
    const cursor = collection.find(which, { signal, batchSize: pageSize }).sort({ _id: 1 });
    let page: ArchiveLine[] = [];
    for (;;) {
      const doc = await guardMongo(() => cursor.next(), signal);
      const line = doc && toLine(doc);
      if (line) page.push(line);
      if (!doc || page.length === pageSize) yield page;
      if (!doc) return;
      if (page.length === pageSize) page = [];
    }
  }

  const { replacing, lock, assertLocked } = createRestoreLock(state, store);

  return {
    read: (kind, signal) => onlyOf(kind, read(kind, signal)),
    crops: (faceIds, signal) =>
      guardMongo(async () => {
        const found = await crops.find({ _id: { $in: [...faceIds] } }, { signal }).toArray();
        return found.flatMap((doc): LineOf<'crop'>[] => {
          const jpeg = fromBinary(doc['jpeg']);
          return jpeg ? [{ kind: 'crop', id: doc._id, jpeg: Buffer.from(jpeg).toString('base64') }] : [];
        });
      }, signal),
    counts: (signal) =>
      guardMongo(async () => {
        if (await replacing()) return null;
        const count = (kind: keyof typeof targets): Promise<number> => targets[kind].countDocuments({ placeholder: null }, { signal });
        return {
          person: await count('person'),
          face: await count('face'),
          pair: await count('pair'),
          crop: await count('crop'),
          sighting: await count('sighting'),
          'last-seen': await count('last-seen'),
          audit: await count('audit'),
        };
      }, signal),
    replaceAll: (file, batches, signal) =>
      guardMongo(async () => {
        const by = randomUUID();
        const head = headAfter(await lock(by, signal), file);
        for (const collection of [...Object.values(targets), upkeep]) {
          await assertLocked(by, signal);
          await collection.deleteMany({});
        }
        for await (const batch of batches) {
          await assertLocked(by, signal);
          await writeBatch(targets, batch, head.version);
        }
        const fresh = { ...freshState(), version: head.version, nextNumber: head.nextNumber };
        const { matchedCount } = await state.replaceOne({ _id: stateId, replacing: true, by }, fresh);
        if (matchedCount === 0) throw overtaken();
      }, signal),
  };
}

/** The state of the gallery says which restore has locked it. */
function createRestoreLock(state: Collection<Keyed>, store: GalleryStore) {
  const replacing = async (): Promise<Replaced | null> => {
    const found = await state.findOne({ _id: stateId });
    return replacingSchema.safeParse(found).data?.before ?? null;
  };

  /** Locks the gallery for the restore `by`: from now on no process can commit or read. Takes the place of a restore that did not finish. */
  const lock = async (by: string, signal: AbortSignal): Promise<Replaced> => {
    for (;;) {
      const before = await replacing();
      if (before && (await state.updateOne({ _id: stateId, replacing: true }, { $set: { by } })).matchedCount > 0) return before;
      if (before) continue;
      const { epoch, version, nextNumber } = await store.head(signal);
      const locked = { replacing: true, by, before: { version, nextNumber } };
      const { modifiedCount } = await state.replaceOne({ _id: stateId, epoch, version, pending: null }, locked);
      if (modifiedCount > 0) return { version, nextNumber };
      await pause(20, signal);
    }
  };

  /** A restore that was stopped, and that somebody has run again meanwhile, must not write into the new gallery. */
  const assertLocked = async (by: string, signal: AbortSignal): Promise<void> => {
    throwIfAborted(signal);
    if (!(await state.findOne({ _id: stateId, replacing: true, by }, { signal }))) throw overtaken();
  };

  return { replacing, lock, assertLocked };
}

function overtaken(): AppError {
  return new AppError('gallery-unavailable', 'another restore has begun meanwhile, and this one was given up');
}

type Targets = Record<Exclude<ArchiveLine['kind'], 'removed'>, Collection<Keyed>>;

async function writeBatch(targets: Targets, { lines }: ArchiveBatch, version: number): Promise<void> {
  const writes = new Map<keyof Targets, AnyBulkWriteOperation<Keyed>[]>();
  const add = (kind: keyof Targets, write: AnyBulkWriteOperation<Keyed>): void => {
    writes.set(kind, [...(writes.get(kind) ?? []), write]);
  };
  for (const line of lines) {
    if (line.kind === 'removed') add(line.of, { deleteOne: { filter: { _id: line.id } } });
    else add(line.kind, replace(line, version));
  }
  for (const [kind, operations] of writes) await targets[kind].bulkWrite(operations, { ordered: true });
}

function replace(line: Exclude<ArchiveLine, { kind: 'removed' }>, version: number): AnyBulkWriteOperation<Keyed> {
  const filter = { _id: line.id };
  const replacement = toDocument(line, version);
  if (line.kind !== 'person') return { replaceOne: { filter, replacement, upsert: true } };
  // So that nobody counts as edited by hand.
  const stages = [{ $replaceWith: { $literal: { _id: line.id, ...replacement } } }, { $set: { own: present } }];
  return { updateOne: { filter, update: stages, upsert: true } };
}

/** Narrows the type of pages of one kind. */
async function* onlyOf<K extends ArchiveLine['kind']>(kind: K, pages: AsyncIterable<ArchiveLine[]>): AsyncGenerator<LineOf<K>[]> {
  const isOfKind = (line: ArchiveLine): line is LineOf<K> => line.kind === kind;
  for await (const page of pages) yield page.filter(isOfKind);
}

function mapped<A, B>(value: A | null, map: (value: A) => B): B | null {
  return value === null ? null : map(value);
}

/** A line as the store's document. */
function toDocument(line: Exclude<ArchiveLine, { kind: 'removed' }>, version: number): Record<string, unknown> {
  switch (line.kind) {
    case 'person': {
      const { kind: _, id: __, createdAtMs, mergedAtMs, ...rest } = line;
      const mergedAt = mergedAtMs === null ? null : new Date(mergedAtMs);
      return { ...rest, mergedAt, createdAt: new Date(createdAtMs), deleted: false, deletedAt: null, version };
    }
    case 'pair':
      return { personIds: line.personIds, deleted: false, deletedAt: null, version };
    case 'face': {
      const { kind: _, id: __, createdAtMs, embedding, ...rest } = line;
      const vector = Binary.fromFloat32Array(vectorFromText(embedding));
      return { ...rest, embedding: vector, createdAt: new Date(createdAtMs), deleted: false, deletedAt: null, version };
    }
    case 'crop':
      return { jpeg: new Binary(Buffer.from(line.jpeg, 'base64')), version };
    case 'sighting': {
      const { channel, camera, takenAtMs, expiresAtMs, faces } = line;
      const embedded = faces.map((face) => ({
        ...face,
        version,
        embedding: face.embedding === null ? null : Binary.fromFloat32Array(vectorFromText(face.embedding)),
      }));
      return { channel, camera, takenAt: new Date(takenAtMs), expiresAt: new Date(expiresAtMs), faces: embedded };
    }
    case 'last-seen':
      return { at: new Date(line.atMs), channel: line.channel, camera: line.camera };
    case 'audit': {
      const { kind: _, id: __, actor, where, atMs, ...rest } = line;
      return { ...rest, actor: where === null ? { id: actor } : { id: actor, where }, at: new Date(atMs) };
    }
    default:
      throw new AppError('internal', 'a line of unknown kind', { cause: line satisfies never });
  }
}
