import { reasonsOf, rounded, strangersOneIn } from '@watchpost/console/api/pictures/reasons';
import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import type { Evidence } from '@watchpost/gallery/evidence';
import { describe, expect, it } from 'vitest';

const evidence = (best: number, second: number | null = null, over: Partial<Evidence> = {}): Evidence => {
  const compared = (personId: string, similarity: number) => ({
    personId,
    faceId: 'f',
    similarity,
    falseMatchRate: 1e-5,
    likelihoodRatio: 50,
  });
  return {
    best: compared('ada', best),
    second: second === null ? null : compared('bob', second),
    negative: null,
    compared: { persons: 40, faces: 80, comparisons: 50 },
    match: 0.82,
    uncertain: 0.76,
    margin: 0.034,
    rules: 2,
    ...over,
  };
};
type Face = Parameters<typeof reasonsOf>[0];
const face = (over: Partial<Face>): Face => ({
  decision: 'match',
  person: { id: 'ada', name: 'Ada', status: 'named' },
  mayBe: null,
  similarity: 0.9,
  quality: 0.8,
  sizePx: 90,
  saidBy: null,
  evidence: evidence(0.9),
  best: 'Ada',
  second: null,
  ...over,
});
const told = (over: Partial<Face>): string => reasonsOf(face(over), defaultDecisionSettings).join(' ');

describe('why a decision fell, in words', () => {
  it('of a name: how similar, what it takes, and how rare that is', () => {
    expect(told({})).toBe(
      'Most similar to Ada: 0.900, where a name needs 0.820 at this size. One stranger in 2,000 is as similar to somebody among 40 people. Similar enough, and nobody else comes close: Ada.',
    );
  });
  it('of doubt: between the lines, or because somebody else is as near', () => {
    expect(told({ decision: 'uncertain', evidence: evidence(0.79) })).toContain('Above the line for “not sure” (0.760)');
    expect(told({ decision: 'uncertain', evidence: evidence(0.84, 0.83), second: 'Bob' })).toContain(
      'Bob is nearly as similar (0.830), less than 0.034 below: so no name is shown.',
    );
    expect(told({ decision: 'uncertain', evidence: evidence(0.9, 0.5), second: 'Bob' })).toContain('nobody is in a picture twice');
  });
  it('of strangers: new, seen before, or who may be somebody', () => {
    const person = { id: 'u', name: 'Unknown 7', status: 'unknown' } as const;
    expect(told({ decision: 'unknown', person, evidence: evidence(0.5) })).toContain('a stranger, who became Unknown 7');
    expect(told({ decision: 'unknown', person, evidence: evidence(0.79) })).toContain('kept as Unknown 7, who may be Ada');
    expect(told({ decision: 'unknown', person, evidence: evidence(0.9), best: 'Unknown 7' })).toContain(
      'somebody without a name: Unknown 7',
    );
    expect(told({ decision: 'unknown', person, evidence: null })).toBe('Nobody in the gallery could be compared: a new unknown person.');
  });
  it('of poor faces: what they lack', () => {
    expect(told({ decision: 'unrecognisable', person: null, evidence: evidence(0.5), sizePx: 30 })).toContain(
      'Too small: 30 px across, and 40 px are needed to become a person.',
    );
    expect(told({ decision: 'unrecognisable', person: null, evidence: evidence(0.5), quality: 0.1 })).toContain(
      'Too unclear: quality 10 %, and 15 % is needed to be recognised at all.',
    );
  });
  it('of what readers said, and nothing else', () => {
    expect(told({ saidBy: 'slack:U1' })).toBe('U1 (slack) said that this is Ada.');
    expect(told({ saidBy: 'cli:bob', person: null, decision: 'unrecognisable' })).toBe('bob (cli) said that this is no face.');
    expect(told({ saidBy: 'cli:bob', person: null, decision: 'uncertain' })).toBe('bob (cli) said that this is somebody else.');
  });
});

describe('how rare a similarity is', () => {
  it('counts the comparisons, at least 30 of them', () => {
    expect(strangersOneIn(evidence(0.9))).toBeCloseTo(2_000);
    expect(strangersOneIn(evidence(0.9, null, { compared: { persons: 1, faces: 1, comparisons: 1 } }))).toBeCloseTo(3_333.3, 0);
    expect(strangersOneIn(evidence(0.9, null, { compared: null }))).toBeNull();
  });
  it('is told with two digits', () => {
    expect([7, 34, 1_234, 98_765].map((value) => rounded(value))).toEqual(['7', '34', '1,200', '99,000']);
  });
});
