import {
  candidatesFor,
  cosineOfScore,
  searchIndexDescription,
  searchIndexName,
  searchIndexState,
  vectorSearchPipeline,
} from '@watchpost/gallery/stores/mongo/vector-search/search-index';
import { Binary } from 'mongodb';
import { describe, expect, it } from 'vitest';

describe('the search index', () => {
  it('is for vectors of one length, by cosine, filtered by model and deletion', () => {
    const { name, type, definition } = searchIndexDescription(512);
    expect([name, type]).toEqual(['watchpost_faces_512', 'vectorSearch']);
    expect(definition.fields[0]).toMatchObject({ type: 'vector', path: 'embedding', numDimensions: 512, similarity: 'cosine' });
    expect(definition.fields.slice(1)).toEqual([
      { type: 'filter', path: 'modelId' },
      { type: 'filter', path: 'deleted' },
    ]);
    expect(searchIndexName(1_024)).not.toBe(name);
  });

  it.each([
    [[], 'missing'],
    [[{ name: 'other', status: 'READY', queryable: true }], 'missing'],
    [[{ name: 'mine', status: 'PENDING', queryable: false }], 'building'],
    [[{ name: 'mine', status: 'BUILDING', queryable: true }], 'building'],
    [[{ name: 'mine', status: 'READY', queryable: false }], 'building'],
    [[{ name: 'mine' }], 'building'],
    [[{ name: 'mine', status: 'FAILED', queryable: false }], 'building'],
    [[null, { name: 'mine', status: 'READY', queryable: true, latestDefinition: {} }], 'ready'],
  ] as const)('%j is %s', (listed, state) => {
    expect(searchIndexState(listed, 'mine')).toBe(state);
  });
});

describe('the query', () => {
  it('is the first stage and filters by model: every field that it filters by is in the index', () => {
    const vector = Float32Array.from({ length: 8 }, (_, at) => at / 10);
    const [first, second, ...others] = vectorSearchPipeline(vector, 'model-1', 64);
    expect(first).toEqual({
      $vectorSearch: {
        index: 'watchpost_faces_8',
        path: 'embedding',
        queryVector: expect.any(Binary),
        limit: 64,
        numCandidates: 1_280,
        filter: { modelId: { $eq: 'model-1' }, deleted: { $eq: false } },
      },
    });
    expect([second, others]).toEqual([{ $set: { score: { $meta: 'vectorSearchScore' } } }, []]);
    const { queryVector, filter } = first!['$vectorSearch'];
    expect([...(queryVector as Binary).toFloat32Array()]).toEqual([...vector]);
    const filters = searchIndexDescription(8)
      .definition.fields.filter(({ type }) => type === 'filter')
      .map(({ path }) => path);
    expect(Object.keys(filter).sort()).toEqual(filters.sort());
  });

  it('asks for 20 candidates a neighbour, within what the server takes', () => {
    expect([1, 64, 400, 600, 10_000].map(candidatesFor)).toEqual([20, 1_280, 8_000, 10_000, 10_000]);
  });

  it('turns scores into cosines', () => {
    expect([0, 0.5, 0.725, 1].map((score) => Number(cosineOfScore(score).toFixed(6)))).toEqual([-1, 0, 0.45, 1]);
  });
});
