import { comparisonsIn, decideAgain, type WhatIf } from '@watchpost/gallery/decide/decide-again';
import { describe, expect, it } from 'vitest';

const asBefore: WhatIf = { strangersNamed: 0.001, strangersUncertain: 0.05, leastComparisons: 100, rivalRatio: 10, persons: null };
/** Somebody as similar as one stranger's face in so many is to one reference. */
interface Rarity {
  oneIn: number;
  ratio?: number;
}
const found = ({ oneIn, ratio = 1_000 }: Rarity) => ({
  personId: `p${oneIn}`,
  faceId: 'f',
  similarity: 0.8,
  falseMatchRate: 1 / oneIn,
  likelihoodRatio: ratio,
});
const again = (best: Rarity | null, second: Rarity | null, over: Partial<WhatIf> = {}, mayBeSame = false) => {
  const evidence = {
    match: 0.8,
    uncertain: 0.7,
    margin: 0.04,
    negative: null,
    rules: 2,
    compared: { persons: 50, faces: 50, comparisons: 50 },
  };
  const persons = { best: best && found(best), second: second && found(second) };
  return decideAgain({ ...evidence, ...persons }, { ...asBefore, ...over }, mayBeSame);
};

describe('deciding again from the evidence', () => {
  it('judges the best person by how many strangers would be so similar', () => {
    expect([again({ oneIn: 110_000 }, null), again({ oneIn: 90_000 }, null), again({ oneIn: 1_900 }, null), again(null, null)]).toEqual([
      'person',
      'uncertain',
      'stranger',
      'stranger',
    ]);
    expect([again({ oneIn: 110_000 }, null, { strangersNamed: 1e-4 }), again({ oneIn: 90_000 }, null, { strangersNamed: 0.01 })]).toEqual([
      'uncertain',
      'person',
    ]);
  });

  it('asks for more in a gallery of more persons, and treats a small one like one of a hundred', () => {
    const inGalleryOf = (persons: number) => again({ oneIn: 110_000 }, null, { persons });
    expect([5, 100, 1_000, 10_000].map(inGalleryOf)).toEqual(['person', 'person', 'uncertain', 'stranger']);
    expect(comparisonsIn({ persons: 200, faces: 600, comparisons: 400 }, { persons: 1_000, leastComparisons: 100 })).toBe(2_000);
    expect(comparisonsIn({ persons: 0, faces: 0, comparisons: 0 }, { persons: 1_000, leastComparisons: 100 })).toBe(1_000);
  });

  it('knows the rival, unless the two may be one', () => {
    const rival = { oneIn: 5_000, ratio: 150 };
    expect([again({ oneIn: 1e6 }, rival), again({ oneIn: 1e6 }, { ...rival, ratio: 90 })]).toEqual(['uncertain', 'person']);
    expect([again({ oneIn: 1e6 }, rival, { rivalRatio: 5 }), again({ oneIn: 1e6 }, rival, {}, true)]).toEqual(['person', 'person']);
    // A second person who is a stranger is no rival.
    expect(again({ oneIn: 1e6 }, { oneIn: 1_000, ratio: 900 })).toBe('person');
  });

  it('cannot be done where an earlier release decided', () => {
    const old = { best: { ...found({ oneIn: 1e6 }), falseMatchRate: null, likelihoodRatio: null }, second: null, compared: null };
    expect(decideAgain({ match: 0.6, uncertain: 0.5, margin: 0.04, negative: null, rules: 1, ...old }, asBefore, false)).toBeNull();
  });
});
