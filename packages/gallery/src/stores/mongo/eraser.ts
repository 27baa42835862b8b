import type { Collection, Db, Document } from 'mongodb';
import { aboutOnePerson } from '../../person-documents.ts';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Eraser, Retention } from '../../store.ts';
import { carryOut } from './carry-out.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, type GalleryCollections, type Keyed } from './documents.ts';
import { ensureGalleryIndexes } from './indexes.ts';
import { namedInDocuments } from './named-in-documents.ts';
import { noteMissingPersons } from './persons-seen.ts';
import { noteLastSeen, toLastSeen } from './sightings.ts';
import { ensureRecordIndexes } from './snapshot-records.ts';
import { readState } from './state.ts';

/** How long an erased tombstone is kept, so that a process that was disconnected still learns of the deletion, and late writes are erased too. */
const tombstoneMs = 7 * 24 * 3_600_000;

/** Documents of one step: a step must end well before the socket's time limit. */
const atATime = 5_000;

const erased = '(erased)';

export function createMongoEraser(db: Db, log: Logger): Eraser {
  const collections = galleryCollections(db);
  const erase = async (retention: Retention, signal: AbortSignal): Promise<number> => {
    const { nowMs, pending, epoch } = await readState(collections, signal);
    // It may say something of those who are erased: its audit entry, and what was edited by hand.
    if (pending) await carryOut(collections, epoch, pending, log);
    // Sightings expire by an index, which is gone if somebody has dropped the database or a collection since the start.
    await ensureGalleryIndexes(db);
    await ensureRecordIndexes(db);
    await stampDeleted(collections, new Date(nowMs));
    const gone = { deleted: true, deletedAt: { $lt: new Date(nowMs - retention.deletedMs) } };
    const purgeAt = new Date(nowMs + tombstoneMs);
    const persons = await erasePersons(db, gone, purgeAt, signal);
    const faces = await eraseFaces(collections, gone, purgeAt, signal);
    await collections.pairs.updateMany({ ...gone, purgeAt: null }, { $set: { purgeAt } });
    await pruneAudit(collections, new Date(nowMs - retention.auditMs), signal);
    await pruneMerged(db, new Date(nowMs - retention.mergedMs), signal);
    await noteMissingPersons(collections, signal);
    return persons + faces;
  };
  return { erase: (retention, signal) => guardMongo(() => erase(retention, signal), signal) };
}

/**
 * Somebody who marks a face or a pair as deleted by hand does not say when; persons are adopted, which notes it. And what was deleted while
 * the database's clock was ahead must not wait until that time has come.
 */
async function stampDeleted({ persons, faces, pairs }: GalleryCollections, now: Date): Promise<void> {
  const stamp = [{ $set: { deletedAt: '$$NOW' } }];
  for (const each of [faces, pairs]) await each.updateMany({ deleted: true, deletedAt: null }, stamp);
  for (const each of [persons, faces, pairs]) await each.updateMany({ deleted: true, deletedAt: { $gt: now } }, stamp);
}

/** Goes through the ids of what matches, ordered by id, in pages. */
async function* pagesOf(collection: Collection<Keyed>, which: Document, signal: AbortSignal): AsyncGenerator<string[]> {
  let after: string | null = null;
  for (;;) {
    throwIfAborted(signal);
    const from: Document = after === null ? {} : { _id: { $gt: after } };
    const found = await collection
      .find({ $and: [which, from] }, { projection: { _id: 1 }, signal })
      .sort({ _id: 1 })
      .limit(atATime)
      .toArray();
    const ids = found.map(({ _id }) => _id);
    if (ids.length > 0) yield ids;
    after = ids.at(-1) ?? null;
    if (ids.length < atATime) return;
  }
}

const noneOf = (ids: readonly string[]): Document => ({ persons: { $in: ids } });

/** Those erased before too, as long as their tombstones exist: a sighting may have been recorded late. Resolves to the number of new ones. */
async function erasePersons(db: Db, gone: Document, purgeAt: Date, signal: AbortSignal): Promise<number> {
  const collections = galleryCollections(db);
  const { audit, persons, records, sightings, lastSeen } = collections;
  let count = 0;
  for await (const ids of pagesOf(persons, gone, signal)) {
    const face = 'faces.$[face]';
    const unsee = sightings.updateMany(
      { $or: [{ 'faces.personId': { $in: ids } }, { persons: { $in: ids } }] },
      {
        $set: {
          [`${face}.personId`]: null,
          [`${face}.faceId`]: null,
          [`${face}.similarity`]: null,
          [`${face}.evidence`]: null,
          [`${face}.saidBy`]: null,
          [`${face}.embedding`]: null,
        },
        $unset: { [`${face}.crop`]: 1 },
        $pull: noneOf(ids),
      },
      { arrayFilters: [{ 'face.personId': { $in: ids } }] },
    );
    // A record that is saved meanwhile is found the next time.
    const unrecord = records.updateMany(
      { 'body.faces.personId': { $in: ids } },
      { $set: { 'body.faces.$[face].personId': null, 'body.faces.$[face].similarity': null } },
      { arrayFilters: [{ 'face.personId': { $in: ids } }] },
    );
    await Promise.all([unsee, unrecord]);
    await lastSeen.deleteMany({ _id: { $in: ids } });
    const about = ids.map((id) => ({ kind: aboutOnePerson, id }));
    await db.collection<{ _id: { kind: string; id: string } }>('documents').deleteMany({ _id: { $in: about } });
    await audit.updateMany(
      { personIds: { $in: ids }, $or: [{ summary: { $ne: erased } }, { inverse: { $ne: null } }] },
      { $set: { summary: erased, inverse: null } },
    );
    const written = await persons.updateMany({ _id: { $in: ids }, ...gone, purgeAt: null }, [
      { $set: { name: erased, aliases: [], formerNumbers: [], mayBe: null, purgeAt, 'own.name': erased, 'own.aliases': [] } },
    ]);
    count += written.modifiedCount;
  }
  return count;
}

async function eraseFaces(collections: GalleryCollections, gone: Document, purgeAt: Date, signal: AbortSignal): Promise<number> {
  const { crops, faces } = collections;
  let count = 0;
  for await (const ids of pagesOf(faces, { ...gone, purgeAt: null }, signal)) {
    await crops.deleteMany({ _id: { $in: ids } });
    // A face restored meanwhile keeps its vector and loses its crop, which only a re-embedding needs.
    const written = await faces.updateMany({ _id: { $in: ids }, ...gone }, { $set: { purgeAt }, $unset: { embedding: 1 } });
    count += written.modifiedCount;
  }
  return count;
}

async function pruneAudit({ audit }: GalleryCollections, before: Date, signal: AbortSignal): Promise<void> {
  for await (const ids of pagesOf(audit, { at: { $lt: before } }, signal)) await audit.deleteMany({ _id: { $in: ids } });
}

/** Removes persons who were merged into another one, once nothing names them any more, no document either. When they were last seen stays with whom they became. */
async function pruneMerged(db: Db, before: Date, signal: AbortSignal): Promise<void> {
  const collections = galleryCollections(db);
  const { persons, faces, pairs, sightings, lastSeen } = collections;
  const live = { deleted: { $ne: true } };
  const merged = { mergedInto: { $type: 'string' }, mergedAt: { $lt: before }, ...live };
  for await (const page of pagesOf(persons, merged, signal)) {
    const which = { $in: page };
    // The type is what the partial indexes ask for.
    const text = { ...which, $type: 'string' as const };
    const named = new Set<unknown>([
      ...(await sightings.distinct('faces.personId', { 'faces.personId': which })),
      ...(await faces.distinct('personId', { personId: which, ...live })),
      ...(await faces.distinct('shows', { shows: text, ...live })),
      ...(await pairs.distinct('personIds', { personIds: which, ...live })),
      ...(await persons.distinct('mergedInto', { mergedInto: text, ...live })),
      ...(await persons.distinct('mayBe', { mayBe: text, ...live })),
    ]);
    const unnamed = page.filter((id) => !named.has(id));
    const inDocuments = await namedInDocuments(db, unnamed, signal);
    const ids = unnamed.filter((id) => !inDocuments.has(id));
    const found = await persons.find({ _id: { $in: ids }, ...merged }, { projection: { mergedInto: 1 }, signal }).toArray();
    const became = new Map(found.map((document) => [document._id, String(document['mergedInto'])]));
    const seen = (await lastSeen.find({ _id: { $in: ids } }, { signal }).toArray()).flatMap(toLastSeen);
    await noteLastSeen(
      collections,
      seen.flatMap(([id, at]) => {
        const target = became.get(id);
        return target === undefined ? [] : [[target, at]];
      }),
    );
    await lastSeen.deleteMany({ _id: { $in: [...became.keys()] } });
    await persons.deleteMany({ _id: { $in: [...became.keys()] }, ...merged });
  }
}
