import { setImmediate as breathe } from 'node:timers/promises';
import type { Document } from 'mongodb';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { StoredFace, StoredPerson } from '../../domain.ts';
import { batchFaces, mostEdits, pageIds, type ChangeBatch, type GalleryStore } from '../../store.ts';
import { fromBinary, type GalleryCollections } from './documents.ts';
import { isEdited } from './own.ts';
import { readFace, readPair, readPerson, type Readable } from './tolerant.ts';

/** Without a pause; what was read is applied in about the same time. Milliseconds. */
const longestStepMs = 4;

/** Not a placeholder (carry-out.ts), and with an id like ours. */
const ours = { _id: { $type: 'string' as const }, placeholder: null };
const live = { deleted: { $ne: true }, placeholder: null };

/** What `GalleryStore` reads of the collections, apart from the head. */
interface GalleryReader extends Pick<GalleryStore, 'crop' | 'edits' | 'faces' | 'ids'> {
  changes(...args: Parameters<GalleryStore['changes']>): Promise<void>;
  sizeHint(): Promise<number>;
}

export function createGalleryReader({ persons, faces, pairs, crops }: GalleryCollections): GalleryReader {
  const changes: GalleryReader['changes'] = async (since, { embeddings }, visit, signal) => {
    const which = since === 0 ? live : { version: { $gt: since } };
    const read = async <T>(
      found: AsyncIterable<Document>,
      toValue: (document: Document) => Readable<T>,
      kind: 'persons' | 'faces' | 'pairs',
    ): Promise<void> => {
      let values: T[] = [];
      let faults: ChangeBatch['faults'] = [];
      let startMs = performance.now();
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
        if (values.length + faults.length < batchFaces && performance.now() - startMs < longestStepMs) continue;
        flush();
        // The driver hands out what it has received without a pause.
        await breathe();
        startMs = performance.now();
      }
      flush();
    };
    const options = { signal, batchSize: batchFaces };
    await read(persons.find(which, options), readPerson, 'persons');
    await read(pairs.find(which, options), readPair, 'pairs');
    const withoutVectors = embeddings ? {} : { projection: { embedding: 0 } };
    await read(faces.find(which, { ...options, ...withoutVectors }), (document) => readFace(document, { vectors: embeddings }), 'faces');
  };

  const crop = async (faceId: string, signal: AbortSignal): Promise<Uint8Array | null> => {
    const found = await crops.findOne({ _id: faceId }, { signal });
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
    const edited: StoredPerson[] = [];
    for await (const document of persons.find({ ...ours, $expr: isEdited }, { signal, batchSize: batchFaces, limit: mostEdits })) {
      const { value } = readPerson(document);
      if (value) edited.push(value);
      if (edited.length % batchFaces === 0) await breathe();
    }
    const added = faces.find({ ...ours, version: null }, { projection: { _id: 1 }, signal, limit: mostEdits });
    return { persons: edited, faceIds: (await added.toArray()).map(({ _id }) => _id) };
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
      if (page.length < pageIds) continue;
      flush();
      await breathe();
    }
    flush();
  };

  // Placeholders and tombstones count too, and the number may be wrong after a crash: a hint.
  const sizeHint = async (): Promise<number> => (await persons.estimatedDocumentCount()) + (await faces.estimatedDocumentCount());

  return { changes, crop, faces: facesOf, edits, ids, sizeHint };
}
