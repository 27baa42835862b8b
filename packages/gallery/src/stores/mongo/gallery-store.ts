import type { Db, Document } from 'mongodb';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Logger } from '@watchpost/shared/observability/logger';
import { recentCommits, type Changeset, type Head, type StoredFace } from '../../domain.ts';
import { batchFaces, type ChangeBatch, type GalleryStore } from '../../store.ts';
import { carryOut } from './carry-out.ts';
import { guardMongo } from './connect.ts';
import { fromBinary, galleryCollections } from './documents.ts';
import { isEdited, mark } from './own.ts';
import { toPending } from './pending.ts';
import { parseState, readState, stateId } from './state.ts';
import { readFace, readPair, readPerson, type Readable } from './tolerant.ts';

const pageIds = 10_000;

/** Not a placeholder (carry-out.ts), and with an id like ours. */
const ours = { _id: { $type: 'string' as const }, placeholder: null };
const live = { deleted: { $ne: true }, placeholder: null };

/**
 * The gallery on MongoDB without transactions, so that a standalone server is enough. A commit writes the whole change into the state
 * document by a compare-and-set on its epoch and version. Then the change is carried out, and removed from the state document. A
 * process that finds a pending change carries it out first, so a process that died blocks nobody.
 */
export function createMongoGalleryStore(db: Db, log: Logger): GalleryStore {
  const collections = galleryCollections(db);
  const { state, persons, faces, pairs } = collections;

  const head = async (signal: AbortSignal): Promise<Head> => {
    const { pending, ...now } = await readState(collections, signal);
    if (pending) await carryOut(collections, now.epoch, pending, log);
    return now;
  };

  /** Those of the persons that somebody edited by hand, with the mark of the name; null if the change would overwrite an edit. */
  const editsIn = async ({ persons: changed, adopt }: Changeset, signal: AbortSignal): Promise<Map<string, unknown> | null> => {
    const adopted = new Map(adopt?.persons.map(({ id, name }) => [id, name]));
    const touched = [...new Set([...changed.flatMap(({ id, isNew }) => (isNew ? [] : [id])), ...adopted.keys()])];
    const seen = new Map<string, unknown>();
    if (touched.length === 0) return seen;
    const edited = [{ $match: { _id: { $in: touched }, $expr: isEdited } }, { $set: { mark: mark('name') } }];
    for (const document of await persons.aggregate(edited, { signal }).toArray()) {
      const { value } = readPerson(document);
      if (!value || !adopted.has(value.id)) return null;
      // One whose name was edited again meanwhile is left for the next adoption.
      if (adopted.get(value.id) === value.name) seen.set(value.id, document['mark']);
    }
    return seen;
  };

  const commit: GalleryStore['commit'] = async (base, changeset, id, signal) => {
    const seen = await editsIn(changeset, signal);
    if (!seen) return 'edited';
    throwIfAborted(signal);
    const version = base.version + 1;
    const pending = toPending(version, changeset, seen);
    const change: Document = {
      $set: { version, nextNumber: changeset.nextNumber ?? base.nextNumber, pending },
      $push: { recent: { $each: [{ version, id }], $slice: -recentCommits } },
      $currentDate: { now: true },
    };
    const onBase = { _id: stateId, epoch: base.epoch, version: base.version, pending: null };
    const committed = await state.findOneAndUpdate(onBase, change, { returnDocument: 'after', projection: { pending: 0 } });
    if (!committed) return 'conflict';
    const { pending: _, ...next } = parseState(committed);
    await carryOut(collections, next.epoch, pending, log);
    return next;
  };

  const changes: GalleryStore['changes'] = async (since, { embeddings }, visit, signal) => {
    const upTo = await head(signal);
    const which = since === 0 ? live : { version: { $gt: since } };
    const read = async <T>(
      found: AsyncIterable<Document>,
      toValue: (document: Document) => Readable<T>,
      kind: 'persons' | 'faces' | 'pairs',
    ): Promise<void> => {
      let values: T[] = [];
      let faults: ChangeBatch['faults'] = [];
      const flush = (): void => {
        throwIfAborted(signal);
        if (values.length > 0 || faults.length > 0) visit({ persons: [], faces: [], pairs: [], [kind]: values, faults });
        values = [];
        faults = [];
      };
      for await (const document of found) {
        const readable = toValue(document);
        faults.push(...readable.faults);
        if (readable.value && typeof document['_id'] === 'string') values.push(readable.value);
        if (values.length === batchFaces) flush();
      }
      flush();
    };
    const options = { signal, batchSize: batchFaces };
    await read(persons.find(which, options), readPerson, 'persons');
    await read(pairs.find(which, options), readPair, 'pairs');
    const withoutVectors = embeddings ? {} : { projection: { embedding: 0 } };
    await read(faces.find(which, { ...options, ...withoutVectors }), (document) => readFace(document, { vectors: embeddings }), 'faces');
    return upTo;
  };

  const crop = async (faceId: string, signal: AbortSignal): Promise<Uint8Array | null> => {
    const found = await collections.crops.findOne({ _id: faceId }, { signal });
    return fromBinary(found?.['jpeg']);
  };

  const facesOf: GalleryStore['faces'] = async (which, { embeddings }, signal) => {
    const filter = 'ids' in which ? { _id: { $in: [...which.ids] } } : { personId: { $in: [...which.personIds] } };
    const options = { signal, batchSize: batchFaces, ...(!embeddings && { projection: { embedding: 0 } }) };
    const found: StoredFace[] = [];
    for await (const document of faces.find({ ...filter, ...live }, options)) {
      const { value } = readFace(document, { vectors: embeddings });
      if (value && typeof document._id === 'string') found.push(value);
    }
    return found;
  };

  const edits: GalleryStore['edits'] = async (signal) => {
    const found = await persons.find({ ...ours, $expr: isEdited }, { signal }).toArray();
    const added = await faces.find({ ...ours, version: null }, { projection: { _id: 1 }, signal }).toArray();
    return { persons: found.flatMap((document) => readPerson(document).value ?? []), faceIds: added.map(({ _id }) => _id) };
  };

  const ids: GalleryStore['ids'] = async (kind, visit, signal) => {
    const collection = kind === 'person' ? persons : faces;
    let page: string[] = [];
    const flush = (): void => {
      throwIfAborted(signal);
      if (page.length > 0) visit(page);
      page = [];
    };
    for await (const { _id } of collection.find({ ...ours, ...live }, { projection: { _id: 1 }, signal, batchSize: pageIds })) {
      page.push(_id);
      if (page.length === pageIds) flush();
    }
    flush();
  };

  // Placeholders and tombstones count too, and the number may be wrong after a crash: a hint.
  const sizeHint = async (): Promise<number> => (await persons.estimatedDocumentCount()) + (await faces.estimatedDocumentCount());

  return {
    head: (signal) => guardMongo(() => head(signal), signal),
    changes: (since, options, visit, signal) => guardMongo(() => changes(since, options, visit, signal), signal),
    commit: (base, changeset, id, signal) => guardMongo(() => commit(base, changeset, id, signal), signal),
    crop: (faceId, signal) => guardMongo(() => crop(faceId, signal), signal),
    faces: (which, options, signal) => guardMongo(() => facesOf(which, options, signal), signal),
    edits: (signal) => guardMongo(() => edits(signal), signal),
    ids: (kind, visit, signal) => guardMongo(() => ids(kind, visit, signal), signal),
    sizeHint: (signal) => guardMongo(sizeHint, signal),
  };
}
