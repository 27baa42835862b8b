import { dot as cosine } from '@watchpost/shared/vectors';
import { chooseReferences, surplusReferences, type Reference } from '@watchpost/gallery/decide/references';
import * as fc from 'fast-check';
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

/** The rule as it reads: of the closest pair of those left the worse one goes, of equals the later one; until `cap` are left. */
function slowly(references: readonly Reference[], cap: number): string[] {
  const left = [...references];
  const gone: string[] = [];
  while (left.length > cap) {
    const pairs = left.flatMap((one, index) =>
      left.slice(index + 1).map((other) => ({ one, other, at: cosine(one.vector, other.vector) })),
    );
    const closest = Math.max(...pairs.map(({ at }) => at));
    const pair = pairs.find(({ at }) => at === closest);
    const worse = pair === undefined ? left[0]! : pair.other.quality <= pair.one.quality ? pair.other : pair.one;
    gone.push(worse.id);
    left.splice(left.indexOf(worse), 1);
  }
  return gone;
}

describe('which references go', () => {
  /** Few angles and qualities, so that there are equals. */
  const faces = fc
    .array(fc.record({ degrees: fc.integer({ min: 0, max: 40 }), quality: fc.constantFrom(0.2, 0.5, 0.9) }), { maxLength: 24 })
    .map((all) => all.map(({ degrees, quality }, index) => at(`f${index}`, 9 * degrees, quality)));

  it('is what the rule says, at a merge', () => {
    fc.assert(
      fc.property(faces, fc.integer({ min: 0, max: 24 }), (references, cap) => {
        expect(surplusReferences(references, cap)).toEqual(slowly(references, cap));
      }),
    );
  });

  it('is what the rule says, for one more face', () => {
    fc.assert(
      fc.property(faces, (references) => {
        const [candidate, ...existing] = references;
        if (!candidate) return;
        const [gone] = slowly([...existing, candidate], existing.length);
        const evict = gone === candidate.id || existing.length === 0 ? null : gone;
        const chosen = chooseReferences(existing, candidate, { cap: existing.length, redundant: 2, betterBy: 0.15 });
        expect(chosen).toEqual({ add: evict !== null, evict });
      }),
    );
  });
});

describe('cosine', () => {
  it('is the dot product of unit vectors', () => {
    expect(cosine(at('a', 0).vector, at('b', 60).vector)).toBeCloseTo(0.5, 6);
  });

  it('counts every number, whatever the length', () => {
    for (let length = 0; length < 10; length += 1) {
      const [one, other] = [
        Float32Array.from({ length }, (_, index) => index + 1),
        Float32Array.from({ length }, (_, index) => 2 ** index),
      ];
      expect(cosine(one, other)).toBe(Array.from(one, (value, index) => value * 2 ** index).reduce((sum, value) => sum + value, 0));
    }
  });
});
