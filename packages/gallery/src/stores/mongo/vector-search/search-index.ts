import { Binary, type Document } from 'mongodb';
import { z } from 'zod';

/** The most candidates that `$vectorSearch` allows, and how many the manual advises for each requested neighbour. */
const mostCandidates = 10_000;
const candidatesPerNeighbour = 20;

/** One index for each vector length: an index has one length and silently skips vectors of any other. */
export function searchIndexName(dimensions: number): string {
  return `watchpost_faces_${dimensions}`;
}

/** The argument of `createSearchIndex`. Not quantised; to save memory, create the index by hand with another definition. */
export function searchIndexDescription(dimensions: number) {
  return {
    name: searchIndexName(dimensions),
    type: 'vectorSearch',
    definition: {
      fields: [
        {
          type: 'vector',
          path: 'embedding',
          numDimensions: dimensions,
          similarity: 'cosine',
          quantization: 'none',
          indexingMethod: 'hnsw',
          hnswOptions: { maxEdges: 32, numEdgeCandidates: 200 },
        },
        { type: 'filter', path: 'modelId' },
        { type: 'filter', path: 'deleted' },
      ],
    },
  };
}

/** `numCandidates` for this limit. */
export function candidatesFor(limit: number): number {
  return Math.min(mostCandidates, Math.max(limit, limit * candidatesPerNeighbour));
}

/**
 * The pipeline that finds the nearest faces of one model. `$vectorSearch` must be the first stage. Models whose vectors have the same
 * length share an index, so the model is a filter. `score` is not the cosine, see `cosineOfScore`.
 */
export function vectorSearchPipeline(vector: Float32Array, modelId: string, limit: number): Document[] {
  return [
    {
      $vectorSearch: {
        index: searchIndexName(vector.length),
        path: 'embedding',
        queryVector: Binary.fromFloat32Array(vector),
        limit,
        numCandidates: candidatesFor(limit),
        filter: { modelId: { $eq: modelId }, deleted: { $eq: false } },
      },
    },
    { $set: { score: { $meta: 'vectorSearchScore' } } },
  ];
}

/** For similarity `cosine` the score is (1 + cosine) / 2. */
export function cosineOfScore(score: number): number {
  return score * 2 - 1;
}

const indexSchema = z.object({ name: z.string(), status: z.string().optional(), queryable: z.boolean().optional() });

/**
 * The state of an index in the result of `listSearchIndexes`. A query to an index that is missing or still being built returns an
 * empty result without an error, so nobody may be called unknown before the state is `ready`.
 */
export function searchIndexState(listed: readonly unknown[], name: string): 'ready' | 'building' | 'missing' {
  const found = listed.map((entry) => indexSchema.safeParse(entry).data).find((entry) => entry?.name === name);
  if (!found) return 'missing';
  return found.status === 'READY' && found.queryable === true ? 'ready' : 'building';
}
