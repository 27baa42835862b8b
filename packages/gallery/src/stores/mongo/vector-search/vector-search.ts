import type { Db, Document } from 'mongodb';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { StoredFace } from '../../../domain.ts';
import { searchNotReady, type VectorSearch } from '../../../memory/paging/page-in.ts';
import { guardMongo } from '../connect.ts';
import { galleryCollections } from '../documents.ts';
import { readFace } from '../tolerant.ts';
import { cosineOfScore, searchIndexDescription, searchIndexName, searchIndexState, vectorSearchPipeline } from './search-index.ts';

const neighbours = 64;
/** Far below every threshold: such a face plays no part in any decision. */
const minCosine = 0.4;
/** How long to rely on the last check that the index is ready: somebody may drop it. Milliseconds. */
const readyForMs = 30_000;
const maxTimeMs = 5_000;

/**
 * Nearest faces by MongoDB's `$vectorSearch`: MongoDB 8.3.4 or later with mongot, or Atlas. Creates the search index when it is
 * first needed. Not tested against a live mongot; see docs/vector-search.md.
 */
export function createMongoVectorSearch(db: Db): VectorSearch {
  const { faces } = galleryCollections(db);
  const readyUntil = new Map<string, number>();

  const check = async (dimensions: number, signal: AbortSignal): Promise<void> => {
    const name = searchIndexName(dimensions);
    readyUntil.delete(name);
    throwIfAborted(signal);
    const state = await guardSearch(async () =>
      searchIndexState(await faces.listSearchIndexes(name, { maxTimeMS: maxTimeMs }).toArray(), name),
    );
    if (state === 'missing') await guardSearch(() => faces.createSearchIndex(searchIndexDescription(dimensions)));
    if (state !== 'ready') throw searchNotReady(`the search index ${name} is being built`);
    readyUntil.set(name, Date.now() + readyForMs);
  };

  const search = async (embedding: Float32Array, modelId: string, signal: AbortSignal): Promise<Document[]> => {
    const pipeline = vectorSearchPipeline(embedding, modelId, neighbours);
    return guardSearch(() => faces.aggregate(pipeline, { signal, maxTimeMS: maxTimeMs }).toArray());
  };

  return {
    nearest: async (embedding, modelId, signal) => {
      const { length } = embedding;
      if ((readyUntil.get(searchIndexName(length)) ?? 0) < Date.now()) await check(length, signal);
      const found = await search(embedding, modelId, signal);
      // An index that was dropped returns an empty result too.
      if (found.length === 0) await check(length, signal);
      return found.filter((doc) => typeof doc['score'] === 'number' && cosineOfScore(doc['score']) >= minCosine).flatMap(toFaces);
    },
    ofPersons: (personIds, modelId, signal) =>
      guardMongo(async () => {
        const which = { personId: { $in: [...personIds] }, modelId, deleted: { $ne: true } };
        return (await faces.find(which, { signal, maxTimeMS: maxTimeMs }).toArray()).flatMap(toFaces);
      }, signal),
  };
}

function toFaces(document: Document): StoredFace[] {
  const { value } = readFace(document, { vectors: true });
  return value ? [value] : [];
}

/** A server without mongot fails these commands with many different errors: each means that there is no search index to use. */
async function guardSearch<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw searchNotReady('the server does not answer vector searches: is mongot running?', error);
  }
}
