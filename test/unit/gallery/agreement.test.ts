import { cosineStats, nearestAgreement, sampleEvenly } from '@watchpost/gallery/moving-in/agreement';
import { describe, expect, it } from 'vitest';

const owned = (faceId: string, personId: string, ...vector: number[]) => ({ faceId, personId, vector: Float32Array.from(vector) });

describe('nearestAgreement', () => {
  const vectors = [
    owned('a1', 'a', 1, 0),
    owned('a2', 'a', 0.9, 0.1),
    owned('b1', 'b', 0, 1),
    owned('b2', 'b', 0.8, 0.2),
    owned('c1', 'c', 0.1, 0.9),
  ];

  it('counts the faces whose nearest other face is the same person’s', () => {
    // a1 → a2, a2 → a1, b1 → c1, b2 → a1; c has no other face.
    expect(nearestAgreement(vectors, vectors)).toEqual({ queries: 4, agreed: 2 });
  });

  it('never counts a face as its own neighbour', () => {
    expect(nearestAgreement([owned('a1', 'a', 0, 1)], vectors)).toEqual({ queries: 1, agreed: 0 });
    expect(nearestAgreement([owned('c1', 'c', 0.1, 0.9)], vectors)).toEqual({ queries: 0, agreed: 0 });
  });
});

describe('cosineStats', () => {
  it('describes the distribution', () => {
    expect(cosineStats([0.5, ...Array.from({ length: 99 }, (_, index) => (900 + index) / 1_000)])).toEqual({
      count: 100,
      lowest: 0.5,
      low: 0.904,
      median: 0.949,
    });
    expect(cosineStats([])).toBeNull();
  });
});

describe('sampleEvenly', () => {
  it('samples evenly', () => {
    expect(sampleEvenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([0, 3, 6]);
    expect(sampleEvenly([1, 2], 3)).toEqual([1, 2]);
  });
});
