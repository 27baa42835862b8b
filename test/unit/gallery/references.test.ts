import { dot as cosine } from '@watchpost/shared/vectors';
import { chooseReferences, surplusReferences, type Reference } from '@watchpost/gallery/decide/references';
import { describe, expect, it } from 'vitest';

/** Unit vectors in a plane, by their angle: the cosine of two is the cosine of the angle between them. */
const at = (id: string, degrees: number, quality = 0.5): Reference => {
  const angle = (degrees * Math.PI) / 180;
  return { id, quality, vector: Float32Array.from([Math.cos(angle), Math.sin(angle)]) };
};
const settings = { cap: 3, redundant: 0.95, betterBy: 0.15 };

describe('chooseReferences', () => {
  it('adds what is different, below the cap', () => {
    expect(chooseReferences([], at('new', 0), settings)).toEqual({ add: true, evict: null });
    expect(chooseReferences([at('a', 0)], at('new', 40), settings)).toEqual({ add: true, evict: null });
  });

  it('does not add a redundant face, unless it is clearly better', () => {
    expect(chooseReferences([at('a', 0)], at('new', 10, 0.6), settings)).toEqual({ add: false, evict: null });
    expect(chooseReferences([at('a', 0)], at('new', 10, 0.7), settings)).toEqual({ add: true, evict: 'a' });
  });

  it('removes the worse of the most similar pair at the cap', () => {
    const full = [at('a', 0, 0.9), at('b', 25, 0.4), at('c', 90)];
    expect(chooseReferences(full, at('new', 140), settings)).toEqual({ add: true, evict: 'b' });
    expect(chooseReferences(full, at('new', 112, 0.3), settings)).toEqual({ add: false, evict: null });
  });
});

describe('surplusReferences', () => {
  it('reduces a set to the cap', () => {
    expect(surplusReferences([at('a', 0, 0.9), at('b', 5, 0.4), at('c', 50), at('d', 57, 0.1), at('e', 120)], 3)).toEqual(['b', 'd']);
    expect(surplusReferences([at('a', 0)], 3)).toEqual([]);
  });
});

describe('cosine', () => {
  it('is the dot product of unit vectors', () => {
    expect(cosine(at('a', 0).vector, at('b', 60).vector)).toBeCloseTo(0.5, 6);
  });
});
