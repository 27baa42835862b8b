import { planNames } from '@watchpost/gallery/moving-in/old-service';
import { describe, expect, it } from 'vitest';

describe('planNames', () => {
  it('merges the spellings of a name into the most frequent one', () => {
    expect(
      planNames([
        { name: 'ada', vectors: 2 },
        { name: ' Ada ', vectors: 5 },
        { name: 'ADA', vectors: 1 },
        { name: 'Grace  Hopper', vectors: 1 },
      ]).names,
    ).toEqual(['Ada', 'Grace Hopper']);
  });

  it('leaves out the nameless, and counts their vectors', () => {
    expect(
      planNames([
        { name: 'unknown', vectors: 7 },
        { name: ' Unknown', vectors: 2 },
        { name: '', vectors: 1 },
        { name: null, vectors: 1 },
        { name: 12, vectors: 1 },
        { name: 'Bob', vectors: 1 },
      ]),
    ).toEqual({ names: ['Bob'], namelessVectors: 12 });
  });
});
