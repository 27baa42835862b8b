import type { Collection, Db, Document } from 'mongodb';
import type { StoredFace, StoredPair, StoredPerson } from '../../domain.ts';
import { batchFaces, type Fault, type Repairs } from '../../store.ts';
import { guardMongo, isDuplicateKey } from './connect.ts';
import { galleryCollections, type GalleryCollections, type Keyed } from './documents.ts';
import { literals } from './pending.ts';
import { readFace, readPair, readPerson, type Readable } from './tolerant.ts';

/** A kind of document: how it is read, and how what was read is written back. */
interface Kind {
  collection: Collection<Keyed>;
  /** What is wrong with it, and the update that repairs it; null to remove it. */
  check: (document: Document) => { faults: Fault[]; update: Document | Document[] | null };
}

const kinds = ['person', 'face', 'pair'] as const;

/** Finds and repairs documents that cannot be read as they are. What is written counts as an edit by hand, so that every process learns of it. */
export function createMongoRepairs(db: Db): Repairs {
  const collections = galleryCollections(db);
  const byKind = kindsOf(collections);

  const faulty = async function* (kind: Fault['kind'], signal: AbortSignal) {
    const { collection, check } = byKind[kind];
    const which = { deleted: { $ne: true }, placeholder: null };
    // Text that is no UTF-8 would not be equal to itself after it was read: the size shows whether somebody edits it meanwhile.
    const stages = [{ $match: which }, { $project: { document: '$$ROOT', size: { $bsonSize: '$$ROOT' } } }];
    for await (const { document, size } of collection.aggregate<{ document: Document; size: number }>(stages, {
      signal,
      batchSize: batchFaces,
    })) {
      const { faults, update } = check(document);
      if (faults.length > 0) yield { document, size, faults, update };
    }
  };

  const faults = async (signal: AbortSignal): Promise<Fault[]> => {
    const all: Fault[] = [];
    for (const kind of kinds) for await (const found of faulty(kind, signal)) all.push(...found.faults);
    return all;
  };

  const repairKind = async (kind: Fault['kind'], ids: ReadonlySet<string>, signal: AbortSignal): Promise<void> => {
    const { collection } = byKind[kind];
    for await (const { document, size, update } of faulty(kind, signal)) {
      const id = String(document['_id']);
      if (!ids.has(id)) continue;
      const asRead = { _id: document['_id'], $expr: { $eq: [{ $bsonSize: '$$ROOT' }, size] } };
      if (update && typeof document['_id'] === 'string') await collection.updateOne(asRead, update);
      else {
        if (update) await copyWithId(collection, document, id, update);
        await collection.deleteOne(asRead);
        if (kind === 'face' && !update) await collections.crops.deleteOne({ _id: document['_id'] });
      }
    }
  };

  const repair: Repairs['repair'] = async (which, signal) => {
    for (const kind of kinds) {
      const ids = new Set(which.flatMap((fault) => (fault.kind === kind ? [fault.id] : [])));
      if (ids.size > 0) await repairKind(kind, ids, signal);
    }
  };

  return {
    faults: (signal) => guardMongo(() => faults(signal), signal),
    repair: (which, signal) => guardMongo(() => repair(which, signal), signal),
  };
}

function kindsOf({ persons, faces, pairs }: GalleryCollections): Record<Fault['kind'], Kind> {
  const kind = <T>(
    collection: Collection<Keyed>,
    read: (document: Document) => Readable<T>,
    update: (value: T) => Document | Document[],
  ): Kind => ({
    collection,
    check: (document) => {
      const { value, faults } = read(document);
      return { faults, update: value && update(value) };
    },
  });
  return {
    person: kind(persons, readPerson, repairPerson),
    face: kind(faces, (document) => readFace(document, { vectors: true }), repairFace),
    pair: kind(pairs, readPair, repairPair),
  };
}

/** Without `own` a person counts as edited, without a version a face. */
function repairPerson(person: StoredPerson): Document[] {
  const { name, number, aliases, ignored, mergedInto, mergedAtMs, formerNumbers, mayBe, deleted, createdAtMs } = person;
  const fields = { name, number, aliases, ignored, mergedInto, formerNumbers, mayBe, deleted };
  const dates = { createdAt: new Date(createdAtMs), mergedAt: mergedAtMs === null ? null : new Date(mergedAtMs) };
  const version = { $cond: [{ $isNumber: '$version' }, '$version', '$$REMOVE'] };
  return [{ $set: { ...literals({ ...fields, ...dates }), version, own: '$$REMOVE' } }];
}

function repairFace({ snapshotId, position, shows, createdAtMs, deleted }: StoredFace): Document {
  return { $set: { snapshotId, position, shows, createdAt: new Date(createdAtMs), deleted }, $unset: { version: 1 } };
}

function repairPair({ deleted, version }: StoredPair): Document {
  return { $set: { deleted, version } };
}

/** A document whose id is not a string is replaced by one whose id is. */
async function copyWithId(collection: Collection<Keyed>, document: Document, id: string, update: Document | Document[]): Promise<void> {
  try {
    await collection.insertOne({ ...document, _id: id });
    await collection.updateOne({ _id: id }, update);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
