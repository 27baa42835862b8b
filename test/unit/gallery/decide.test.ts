import { decide, defaultDecisionSettings, type Candidate, type RankedProbe } from '@watchpost/gallery/decide/decide';
import { thresholdsAt, defaultThresholds } from '@watchpost/gallery/decide/thresholds';
import { describe, expect, it } from 'vitest';

const candidate = (similarity: number, over: Partial<Candidate> = {}): Candidate => ({
  personId: 'ada',
  status: 'named',
  similarity,
  faceId: 'f1',
  negative: -1,
  ...over,
});
const face = (candidates: Candidate[], over: Partial<RankedProbe> = {}): RankedProbe => ({
  quality: 0.8,
  sizePx: 100,
  candidates,
  ...over,
});
const decideAll = (faces: RankedProbe[], alike = (): number => 0) => decide(faces, alike, defaultDecisionSettings);
const kinds = (faces: RankedProbe[], alike?: () => number): string[] => decideAll(faces, alike).map(({ kind }) => kind);

describe('the two thresholds', () => {
  it('are match, uncertain and new', () => {
    expect(kinds([face([candidate(0.7)])])).toEqual(['match']);
    expect(kinds([face([candidate(0.62)])])).toEqual(['uncertain']);
    expect(kinds([face([candidate(0.4)])])).toEqual(['new']);
    expect(kinds([face([])])).toEqual(['new']);
  });

  it('recognise an unknown', () => {
    expect(decideAll([face([candidate(0.7, { status: 'unknown' })])])).toMatchObject([{ kind: 'unknown', candidate: { personId: 'ada' } }]);
  });

  it('lie lower for small faces', () => {
    const at = (sizePx: number): number => thresholdsAt(sizePx, defaultThresholds).match;
    expect([at(10), at(20), at(80), at(500)]).toEqual([0.61, 0.61, 0.655, 0.655]);
    expect(at(60)).toBeCloseTo((0.64 + 0.655) / 2, 6);
    expect(kinds([face([candidate(0.64)], { sizePx: 30 })])).toEqual(['match']);
    expect(kinds([face([candidate(0.64)], { sizePx: 100 })])).toEqual(['uncertain']);
    for (const { match, uncertain } of defaultThresholds) expect(match).toBeGreaterThan(uncertain);
  });
});

describe('a second person within the margin', () => {
  it('makes the decision uncertain', () => {
    expect(kinds([face([candidate(0.7), candidate(0.68, { personId: 'bob' })])])).toEqual(['uncertain']);
    expect(kinds([face([candidate(0.75), candidate(0.68, { personId: 'bob' })])])).toEqual(['match']);
    expect(kinds([face([candidate(0.7, { status: 'ignored' }), candidate(0.68, { personId: 'bob' })])])).toEqual(['uncertain']);
  });

  it('does not matter between two unknowns', () => {
    const twins = [candidate(0.7, { status: 'unknown' }), candidate(0.69, { personId: 'other', status: 'unknown' })];
    expect(decideAll([face(twins)])).toMatchObject([{ kind: 'unknown', candidate: { personId: 'ada' }, addReference: true }]);
  });
});

describe('a face nearer to a negative', () => {
  it('is not that person, however similar', () => {
    expect(kinds([face([candidate(0.8, { negative: 0.9 })])])).toEqual(['new']);
    expect(kinds([face([candidate(0.8, { negative: 0.7 })])])).toEqual(['match']);
    expect(decideAll([face([candidate(0.8, { negative: 0.9 }), candidate(0.7, { personId: 'bob' })])])).toMatchObject([
      { kind: 'match', candidate: { personId: 'bob' } },
    ]);
  });
});

describe('a person', () => {
  it('is at most once in a picture: the more similar face gets it', () => {
    const faces = [face([candidate(0.7)]), face([candidate(0.9)]), face([candidate(0.8)])];
    expect(kinds(faces)).toEqual(['uncertain', 'match', 'uncertain']);
  });
});

describe('a stranger', () => {
  it('needs a good face to become a person', () => {
    expect(kinds([face([], { sizePx: 39 })])).toEqual(['unrecognisable']);
    expect(kinds([face([], { quality: 0.39 })])).toEqual(['unrecognisable']);
    expect(kinds([face([], { sizePx: 40, quality: 0.4 })])).toEqual(['new']);
  });

  it('is compared down to 20 pixels and not below', () => {
    expect(kinds([face([candidate(0.9)], { sizePx: 20 })])).toEqual(['match']);
    expect(kinds([face([candidate(0.9)], { sizePx: 19.9 })])).toEqual(['unrecognisable']);
    expect(kinds([face([candidate(0.9)], { quality: 0.1 })])).toEqual(['unrecognisable']);
  });

  it('becomes one person if a picture shows the face twice, from the better one', () => {
    const decisions = decideAll([face([], { quality: 0.5 }), face([], { quality: 0.9 })], () => 0.7);
    expect(decisions).toEqual([{ kind: 'uncertain', sameAs: 1 }, { kind: 'new' }]);
    expect(kinds([face([]), face([])], () => 0.3)).toEqual(['new', 'new']);
  });
});

describe('a recognised face becomes a reference', () => {
  it('only if it is good and clearly matches', () => {
    const adds = (similarity: number, over: Partial<RankedProbe> = {}): boolean => {
      const [decision] = decideAll([face([candidate(similarity)], over)]);
      return decision !== undefined && 'addReference' in decision && decision.addReference;
    };
    expect(adds(0.75)).toBe(true);
    expect(adds(0.66)).toBe(false);
    expect(adds(0.75, { quality: 0.45 })).toBe(false);
    expect(adds(0.75, { sizePx: 50 })).toBe(false);
  });
});
