import { Binary, type Document } from 'mongodb';
import { z } from 'zod';

/** Of `$vectorSearch`: at most so many candidates, and how many for each neighbour that is asked for. */
const mostCandidates = 10_000;
const candidatesPerNeighbour = 20;

/** One index for each length of vector: an index takes one length only and passes over all others without a word. */
export function searchIndexName(dimensions: number): string {
  return `watchpost_faces_${dimensions}`;
}

/** What `createSearchIndex` takes. Unquantised: a gallery that needs less memory still can be given another definition by hand. */
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

/** The manual advises 20 candidates for each neighbour, and allows 10,000. */
export function candidatesFor(limit: number): number {
  return Math.min(mostCandidates, Math.max(limit, limit * candidatesPerNeighbour));
}

/**
 * The pipeline that finds the nearest faces of one model. The stage must come first; vectors of other models share the index
 * where they are as long, so the model is a filter. `score` is not the cosine, see `cosineOfScore`.
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
 * What `listSearchIndexes` says about an index. A query to one that is missing or still being built answers nothing at all,
 * without an error: so nobody may be called unknown before this says `ready`.
 */
export function searchIndexState(listed: readonly unknown[], name: string): 'ready' | 'building' | 'missing' {
  const found = listed.map((entry) => indexSchema.safeParse(entry).data).find((entry) => entry?.name === name);
  if (!found) return 'missing';
  return found.status === 'READY' && found.queryable === true ? 'ready' : 'building';
}
