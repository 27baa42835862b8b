import type { Db, Document } from 'mongodb';
import type { StoredFace } from '../../../domain.ts';
import { type DistantFaces, searchNotReady } from '../../../memory/page-in.ts';
import { guardMongo } from '../connect.ts';
import { galleryCollections, toFace } from '../documents.ts';
import { cosineOfScore, searchIndexDescription, searchIndexName, searchIndexState, vectorSearchPipeline } from './search-index.ts';

const neighbours = 64;
/** Far below every threshold: such a face plays no part in any decision. */
const leastCosine = 0.4;
/** How long an index that was ready is taken for ready: somebody may drop it. Milliseconds. */
const trustMs = 30_000;
const maxTimeMs = 5_000;

/**
 * Nearest faces by MongoDB's `$vectorSearch`: a server of version 8.3.4 or later with mongot beside it, or Atlas. The index is made
 * when it is first needed. Not tested against a live mongot; see docs/vector-search.md.
 */
export function createMongotFaces(db: Db): DistantFaces {
  const { faces } = galleryCollections(db);
  const readyUntil = new Map<string, number>();

  const check = async (dimensions: number, signal: AbortSignal): Promise<void> => {
    const name = searchIndexName(dimensions);
    readyUntil.delete(name);
    signal.throwIfAborted();
    const state = await ask(async () => searchIndexState(await faces.listSearchIndexes(name, { maxTimeMS: maxTimeMs }).toArray(), name));
    if (state === 'missing') await ask(() => faces.createSearchIndex(searchIndexDescription(dimensions)));
    if (state !== 'ready') throw searchNotReady(`the search index ${name} is being built`);
    readyUntil.set(name, Date.now() + trustMs);
  };

  const search = async (embedding: Float32Array, modelId: string, signal: AbortSignal): Promise<Document[]> => {
    const pipeline = vectorSearchPipeline(embedding, modelId, neighbours);
    return ask(() => faces.aggregate(pipeline, { signal, maxTimeMS: maxTimeMs }).toArray());
  };

  return {
    near: async (embedding, modelId, signal) => {
      const { length } = embedding;
      if ((readyUntil.get(searchIndexName(length)) ?? 0) < Date.now()) await check(length, signal);
      const found = await search(embedding, modelId, signal);
      // Nothing at all is what an index that is gone answers too.
      if (found.length === 0) await check(length, signal);
      return found.filter((doc) => typeof doc['score'] === 'number' && cosineOfScore(doc['score']) >= leastCosine).flatMap(asFace);
    },
    ofPersons: (personIds, modelId, signal) =>
      guardMongo(async () => {
        const which = { personId: { $in: [...personIds] }, modelId, deleted: { $ne: true } };
        return (await faces.find(which, { signal, maxTimeMS: maxTimeMs }).toArray()).flatMap(asFace);
      }, signal),
  };
}

function asFace(document: Document): StoredFace[] {
  const face = toFace(document);
  return face ? [face] : [];
}

/** A server without mongot answers these commands with errors of many kinds: they all mean that there is no index to ask. */
async function ask<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw searchNotReady('the server answers no vector search: is there a mongot?', error);
  }
}
