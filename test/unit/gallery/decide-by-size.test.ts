import { createRandom } from '@watchpost/bench/prove/random';
import { decide, defaultDecisionSettings as settings, type Candidate, type Decision } from '@watchpost/gallery/decide/decide';
import { describe, expect, it } from 'vitest';

const { calibration } = settings;
const full = { probeSizePx: 100, referenceSizePx: 100 };

const candidate = (personId: string, similarity: number): Candidate => ({
  personId,
  status: 'named',
  name: personId,
  similarity,
  faceId: 'f',
  referenceSizePx: 100,
  negative: -1,
  mayBe: null,
});
const seen = (persons: number, candidates: Candidate[], over = {}): Decision | undefined =>
  decide(
    [{ quality: 0.8, sizePx: 100, candidates }],
    () => 0,
    { ...settings, ...over },
    { notSame: () => false, size: { persons, faces: persons } },
  )[0];

/** A stranger's two nearest of so many persons, each at random: the share of lower ones, to the power of their number, is uniform. */
function strangersNearest(persons: number, random: () => number): Candidate[] {
  const first = 1 - random() ** (1 / persons);
  const second = 1 - (1 - first) * random() ** (1 / Math.max(1, persons - 1));
  return [candidate('a', calibration.similarityAt(first, full)), candidate('b', calibration.similarityAt(second, full))];
}

describe('strangers drawn from the calibration', () => {
  it.each([10, 100, 1_000, 10_000])('are hardly ever named, and seldom uncertain, in a gallery of %i persons', (persons) => {
    const random = createRandom(persons);
    const [draws, strangersNamed] = [10_000, 0.01];
    let [named, perhaps] = [0, 0];
    for (let draw = 0; draw < draws; draw += 1) {
      const decision = seen(persons, strangersNearest(persons, random), { strangersNamed });
      if (decision?.kind === 'match') named += 1;
      else if (decision?.kind !== 'new' || decision.mayBe !== null) perhaps += 1;
    }
    // Small galleries are judged like one of thirty. Within four standard deviations of what was aimed at.
    const part = Math.min(1, persons / 30);
    const within = (count: number, share: number): void =>
      expect(Math.abs(count - share * draws)).toBeLessThan(4 * Math.sqrt(share * draws));
    within(named, strangersNamed * part);
    within(named + perhaps, 0.05 * part);
  });
});

describe('the size of the gallery', () => {
  const kind = (persons: number, similarity: number): string => {
    const decision = seen(persons, [candidate('ada', similarity)]);
    return decision?.kind === 'new' && decision.mayBe !== null ? 'may be' : (decision?.kind ?? '');
  };

  it('decides how similar a face must be', () => {
    const { match, uncertain } = seen(100, [candidate('ada', 0.9)])!.evidence;
    expect([match + 0.001, match - 0.001, uncertain + 0.001, uncertain - 0.001].map((at) => kind(100, at))).toEqual([
      'match',
      'may be',
      'may be',
      'new',
    ]);
    expect([1, 10, 100].map((persons) => kind(persons, match + 0.001))).toEqual(['match', 'match', 'match']);
    expect([1_000, 10_000].map((persons) => kind(persons, match + 0.001))).toEqual(['may be', 'new']);
    expect([100, 1_000].map((persons) => kind(persons, uncertain + 0.001))).toEqual(['may be', 'new']);
  });

  it('counts references as well as persons', () => {
    const lines = (faces: number) =>
      decide([{ quality: 0.8, sizePx: 100, candidates: [] }], () => 0, settings, {
        notSame: () => false,
        size: { persons: 500, faces },
      })[0]!.evidence;
    expect(lines(5_000).match).toBeGreaterThan(lines(500).match);
    expect(lines(5_000).compared).toEqual({
      persons: 500,
      faces: 5_000,
      comparisons: calibration.comparisons({ persons: 500, faces: 5_000 }),
    });
  });
});

describe('a rival', () => {
  it('is anybody who is not ten times less likely', () => {
    const margin = calibration.marginAt(10, full);
    const withRival = (below: number): string | undefined => seen(100, [candidate('ada', 0.92), candidate('bob', 0.92 - below)])?.kind;
    expect([withRival(margin * 0.98), withRival(margin * 1.02)]).toEqual(['new', 'match']);
  });

  it('is judged by the size of its own reference', () => {
    // Two small faces resemble each other for being small: the same similarity says less.
    const small = { ...candidate('bob', 0.9), referenceSizePx: 24 };
    const at = (ada: number) =>
      decide([{ quality: 0.8, sizePx: 24, candidates: [candidate('ada', ada), small] }], () => 0, settings, {
        notSame: () => false,
        size: { persons: 100, faces: 100 },
      })[0];
    const ratio = (similarity: number, referenceSizePx: number) =>
      calibration.likelihoodRatio({ similarity, probeSizePx: 24, referenceSizePx });
    for (const ada of [0.9, 0.91, 0.93, 0.95]) expect(at(ada)?.kind === 'match').toBe(ratio(ada, 100) >= 10 * ratio(0.9, 24));
    expect(at(0.95)?.kind).toBe('match');
  });
});
