import { randomUUID } from 'node:crypto';
import { type ClientSession, type Collection, type Db, MongoServerError, ReadConcern } from 'mongodb';
import { z } from 'zod';
import type { DocumentToPut } from '@watchpost/shared/documents/document-store';
import { newEpoch } from '@watchpost/shared/documents/epoch';
import { AppError } from '@watchpost/shared/errors';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import { kindsOf, perStoredKind } from '../../archive/archive-lines.ts';
import {
  type ArchiveHead,
  type ArchiveReader,
  type ArchiveStore,
  type ForgottenAgain,
  headAfter,
  revisionAfter,
} from '../../archive/archive-store.ts';
import { restoreLogKind } from '../../archive/restore-log.ts';
import type { GalleryStore } from '../../store.ts';
import { backedUp, createArchiveReader } from './archive-read.ts';
import { type AnyDocument, type ArchiveCollections, writeBatch } from './archive-write.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, type Keyed } from './documents.ts';
import { freshState, parseState, stateId, withClock } from './state.ts';

/** Tries to find a moment at which no change is half carried out. */
const mostTries = 200;
const shadowPrefix = 'restoring_';

/** Stands in place of the gallery's state while it is being replaced; no process can read it as a state. */
const replacingSchema = z.object({
  replacing: z.literal(true),
  before: z.object({ version: z.number(), nextNumber: z.number() }),
  /** Whom it is to forget: where it is interrupted nothing else tells. */
  forgetting: z.array(z.string()).default([]),
});
type Replaced = z.infer<typeof replacingSchema>['before'];
const clockSchema = z.object({ localTime: z.date() });

const names = {
  person: 'persons',
  face: 'faces',
  pair: 'pairs',
  crop: 'face_crops',
  sighting: 'sightings',
  'last-seen': 'last_seen',
  audit: 'audit',
  record: 'snapshots',
  document: 'documents',
} satisfies Record<keyof ArchiveCollections, string>;

function collectionsIn(db: Db, prefix = ''): ArchiveCollections {
  const named = (kind: keyof typeof names): Collection<AnyDocument> => db.collection(`${prefix}${names[kind]}`);
  return {
    person: named('person'),
    face: named('face'),
    pair: named('pair'),
    crop: named('crop'),
    sighting: named('sighting'),
    'last-seen': named('last-seen'),
    audit: named('audit'),
    record: named('record'),
    document: named('document'),
  };
}

/** Export and restore on MongoDB. `store` is that of the same database. `snapshots`: whether the server can read one moment. */
export function createMongoArchive(db: Db, store: GalleryStore, { snapshots }: { snapshots: boolean }): ArchiveStore {
  const { state } = galleryCollections(db);
  const targets = collectionsIn(db);
  const lock = createRestoreLock(state, store);

  const clock = async (): Promise<number> => clockSchema.parse(await db.command({ hello: 1 })).localTime.getTime();

  const counts: ArchiveStore['counts'] = async (signal) => {
    if (await lock.replacing()) return null;
    const found = perStoredKind(() => 0);
    for (const [kind, collection] of entriesOf(targets)) {
      const which = kind === 'document' ? { $and: [backedUp, { '_id.kind': { $ne: restoreLogKind } }] } : { placeholder: null };
      found[kind] = await collection.countDocuments(which, { signal });
    }
    found['waiting-crop'] = await targets.sighting.countDocuments({ 'faces.crop': { $exists: true } }, { signal });
    return found;
  };

  const replaceAll: ArchiveStore['replaceAll'] = async ({ head: file, scope, check, forgotten, noted }, batches, signal) => {
    const by = randomUUID();
    const before = headAfter(await lock.begin(by, signal), file);
    const at = { version: before.version, nowMs: await clock() };
    const kinds = entriesOf(targets).flatMap(([kind]) => (kindsOf(scope).includes(kind) ? [kind] : []));
    const shadows = collectionsIn(db, shadowPrefix);
    // Also what an earlier restore has left behind.
    for (const [, shadow] of entriesOf(shadows)) await shadow.drop();
    for (const kind of kinds) await db.createCollection(shadows[kind].collectionName);
    for await (const batch of batches) {
      await lock.assertOurs(by, signal);
      await writeBatch(shadows, batch, at);
    }
    await check(createArchiveReader(shadows, { head: file }));
    const nowMs = await clock();
    const last = forgotten?.last({ version: before.version, nowMs });
    for await (const batch of last?.batches ?? []) {
      await lock.assertOurs(by, signal);
      await writeBatch(shadows, batch, at);
    }
    await lock.assertOurs(by, signal);
    const putOwn = async (documents: Collection<AnyDocument>): Promise<void> => {
      await putDocument(documents, newEpoch(nowMs, { sinceVersion: before.version }));
      for (const each of noted?.(nowMs) ?? []) await putDocument(documents, each);
    };
    if (kinds.includes('document')) await putOwn(shadows.document);
    for (const kind of kinds) await copyIndexes(targets[kind], shadows[kind]);
    // From here on it is a matter of moments, in which nobody can read or commit.
    const locked = headAfter(await lock.take(by, forgotten, signal), file);
    const version = Math.max(locked.version, before.version + (last?.entries ?? 0));
    for (const kind of kinds) {
      await lock.assertOurs(by, signal);
      await db.renameCollection(shadows[kind].collectionName, targets[kind].collectionName, { dropTarget: true });
    }
    await galleryCollections(db).upkeep.deleteMany({});
    if (!kinds.includes('document')) await putOwn(targets.document);
    await lock.release(by, { ...locked, version });
  };

  return {
    snapshot: (use, signal) =>
      guardMongo(async () => {
        if (snapshots) return atOneMoment(db, store, use, signal);
        const { version, nextNumber } = await store.head(signal);
        return use(createArchiveReader(targets, { head: { version, nextNumber } }));
      }, signal),
    counts: (signal) => guardMongo(() => counts(signal), signal),
    nowMs: (signal) => guardMongo(clock, signal),
    unfinished: (signal) => guardMongo(async () => (await lock.replacing())?.forgetting ?? null, signal),
    replaceAll: (replacement, batches, signal) => guardMongo(() => replaceAll(replacement, batches, signal), signal),
  };
}

const entriesOf = (collections: ArchiveCollections): [keyof ArchiveCollections, Collection<AnyDocument>][] => [
  ['person', collections.person],
  ['face', collections.face],
  ['pair', collections.pair],
  ['crop', collections.crop],
  ['sighting', collections.sighting],
  ['last-seen', collections['last-seen']],
  ['audit', collections.audit],
  ['record', collections.record],
  ['document', collections.document],
];

/** Reads everything as it is at one moment at which no change is half carried out. */
async function atOneMoment<T>(db: Db, store: GalleryStore, use: (reader: ArchiveReader) => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const session = db.client.startSession({ snapshot: true });
    try {
      const snapshot = db.client.db(db.databaseName, { readConcern: new ReadConcern('snapshot') });
      const head = await headIn(snapshot, session);
      if (head) return await use(createArchiveReader(collectionsIn(snapshot), { head, session }));
    } catch (error) {
      throw isTooOld(error) ? tookTooLong(error) : error;
    } finally {
      await session.endSession();
    }
    // Completes what is pending, or creates the state of an empty gallery.
    await store.head(signal);
    await pause(Math.random() * 20, signal);
  }
  throw new AppError('gallery-unavailable', 'the gallery changes all the time: no moment could be found at which it is whole');
}

/** Null while a change is being carried out, and before the first process has created the state. */
async function headIn(snapshot: Db, session: ClientSession): Promise<ArchiveHead | null> {
  const [found] = await snapshot
    .collection('gallery')
    .aggregate([{ $match: { _id: stateId } }, withClock], { session })
    .toArray();
  if (!found || (found['epoch'] === undefined && found['version'] !== undefined)) return null;
  const { version, nextNumber, pending } = parseState(found);
  return pending ? null : { version, nextNumber };
}

/** SnapshotTooOld, SnapshotUnavailable after the first read. */
const isTooOld = (error: unknown): boolean => {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof MongoServerError && (cause.code === 239 || cause.code === 246);
};

const tookTooLong = (cause: unknown): AppError =>
  new AppError(
    'gallery-unavailable',
    'the export took longer than MongoDB keeps one moment (minSnapshotHistoryWindowInSeconds, 300 by default): raise it and try again',
    { cause },
  );

/** A document that is in no file, over whatever is there. An epoch makes every process read the documents again. */
async function putDocument(documents: Collection<AnyDocument>, { kind, id, atMs, expiresAtMs, body }: DocumentToPut): Promise<void> {
  const _id = { kind, id };
  const before = await documents.findOne({ _id });
  const revision = Math.max(Number(before?.['revision'] ?? 0) + 1, revisionAfter(2, atMs));
  const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs);
  const next = { revision, at: new Date(atMs), keys: [], expiresAt, body: JSON.stringify(body) };
  await documents.replaceOne({ _id }, next, { upsert: true, writeConcern: { w: 'majority', journal: true } });
}

/** Those of the collection whose place it is to take. */
async function copyIndexes(from: Collection<AnyDocument>, to: Collection<AnyDocument>): Promise<void> {
  const found = (await from.indexExists('_id_').catch(isMissing)) ? await from.indexes() : [];
  const ours = found.flatMap((each) => {
    const { v: _, ns: __, ...index } = each;
    return index.name === '_id_' ? [] : [index];
  });
  if (ours.length > 0) await to.createIndexes(ours);
}

/** False for NamespaceNotFound: nobody has written anything yet. */
function isMissing(error: unknown): false {
  if (error instanceof MongoServerError && error.code === 26) return false;
  throw error;
}

/** The state of the gallery says which restore is at work, and which one has locked it. */
function createRestoreLock(state: Collection<Keyed>, store: GalleryStore) {
  /** The note of who restores. Whoever came last goes on; the others give up. */
  const noteId = 'restore';
  const note = { _id: noteId };
  const replacing = async (): Promise<z.infer<typeof replacingSchema> | null> =>
    replacingSchema.safeParse(await state.findOne({ _id: stateId })).data ?? null;
  const assertOurs = async (by: string, signal: AbortSignal): Promise<void> => {
    throwIfAborted(signal);
    if (!(await state.findOne({ ...note, by }, { signal }))) throw overtaken();
  };

  return {
    replacing,
    /** Takes the place of an earlier restore that still runs, or did not finish. Resolves to the head. */
    begin: async (by: string, signal: AbortSignal): Promise<Replaced> => {
      const before = (await replacing())?.before ?? (await store.head(signal));
      await state.replaceOne(note, { by }, { upsert: true });
      return { version: before.version, nextNumber: before.nextNumber };
    },
    assertOurs,
    /** Locks the gallery: from now on no process can commit or read. Resolves to the head. */
    take: async (by: string, forgotten: ForgottenAgain | null, signal: AbortSignal): Promise<Replaced> => {
      const forgetting = [...(forgotten?.personIds ?? [])];
      for (;;) {
        await assertOurs(by, signal);
        const { before = null } = (await replacing()) ?? {};
        if (before && (await state.updateOne({ _id: stateId, replacing: true }, { $set: { by, forgetting } })).matchedCount > 0)
          return before;
        if (before) continue;
        const { epoch, version, nextNumber } = await store.head(signal);
        // What it looks at is as it is then: whoever commits meanwhile keeps the lock from being taken.
        await forgotten?.stillHolds();
        const locked = { replacing: true, by, before: { version, nextNumber }, forgetting };
        const { modifiedCount } = await state.replaceOne({ _id: stateId, epoch, version, pending: null }, locked);
        if (modifiedCount > 0) return { version, nextNumber };
        await pause(20, signal);
      }
    },
    /** Opens it with this head. */
    release: async (by: string, { version, nextNumber }: ArchiveHead): Promise<void> => {
      const { matchedCount } = await state.replaceOne({ _id: stateId, replacing: true, by }, { ...freshState(), version, nextNumber });
      if (matchedCount === 0) throw overtaken();
      await state.deleteOne({ ...note, by });
    },
  };
}

function overtaken(): AppError {
  return new AppError('gallery-unavailable', 'another restore has begun meanwhile, and this one was given up');
}
