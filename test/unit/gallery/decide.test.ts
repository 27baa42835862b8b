import { syntheticDecision } from '@watchpost/bench/gallery/synthetic-calibration';
import { decide, type Candidate, type NotSame, type RankedProbe } from '@watchpost/gallery/decide/decide';
import { evidenceSchema } from '@watchpost/gallery/evidence';
import { describe, expect, it } from 'vitest';

const candidate = (similarity: number, over: Partial<Candidate> = {}): Candidate => ({
  personId: 'ada',
  status: 'named',
  name: over.status === undefined || over.status === 'named' ? (over.personId ?? 'ada') : '',
  similarity,
  faceId: 'f1',
  referenceSizePx: 100,
  negative: -1,
  mayBe: null,
  ...over,
});
const face = (candidates: Candidate[], over: Partial<RankedProbe> = {}): RankedProbe => ({
  quality: 0.8,
  sizePx: 100,
  candidates,
  ...over,
});
const decideAll = (faces: RankedProbe[], alike = (): number => 0, notSame: NotSame = () => false) =>
  decide(faces, alike, syntheticDecision, { notSame, size: { persons: 3, faces: 5 } });
/** A new person who may be somebody counts as a kind of its own. */
const kinds = (faces: RankedProbe[], alike?: () => number): string[] =>
  decideAll(faces, alike).map((each) => (each.kind === 'new' && each.mayBe !== null ? 'may be' : each.kind));

describe('the two thresholds', () => {
  it('are match, a new person who may be somebody, and new', () => {
    expect(kinds([face([candidate(0.7)])])).toEqual(['match']);
    expect(kinds([face([candidate(0.62)])])).toEqual(['may be']);
    expect(kinds([face([candidate(0.4)])])).toEqual(['new']);
    expect(kinds([face([])])).toEqual(['new']);
  });

  it('recognise an unknown', () => {
    expect(decideAll([face([candidate(0.7, { status: 'unknown' })])])).toMatchObject([{ kind: 'unknown', candidate: { personId: 'ada' } }]);
  });
});

describe('a second person within the margin', () => {
  it('makes the decision uncertain', () => {
    expect(kinds([face([candidate(0.7), candidate(0.68, { personId: 'bob' })])])).toEqual(['may be']);
    expect(kinds([face([candidate(0.75), candidate(0.68, { personId: 'bob' })])])).toEqual(['match']);
    expect(kinds([face([candidate(0.7, { status: 'ignored' }), candidate(0.68, { personId: 'bob' })])])).toEqual(['may be']);
  });

  it('does not matter between two unknowns', () => {
    const twins = [candidate(0.7, { status: 'unknown' }), candidate(0.69, { personId: 'other', status: 'unknown' })];
    expect(decideAll([face(twins)])).toMatchObject([{ kind: 'unknown', candidate: { personId: 'ada' }, addReference: true }]);
  });

  it('matters behind any number of unknowns', () => {
    const unknowns = (count: number): Candidate[] =>
      Array.from({ length: count }, (_, index) => candidate(0.7 - index / 10_000, { personId: `u${index}`, status: 'unknown' }));
    for (const count of [1, 2, 50]) {
      expect(kinds([face([...unknowns(count), candidate(0.689)])])).toEqual(['may be']);
      expect(kinds([face([...unknowns(count), candidate(0.689, { status: 'ignored' })])])).toEqual(['may be']);
      expect(kinds([face([...unknowns(count), candidate(0.65)])])).toEqual(['unknown']);
      expect(kinds([face([...unknowns(count), candidate(0.689, { negative: 0.7 })])])).toEqual(['unknown']);
    }
  });

  it('does not matter between two of one name', () => {
    const two = (other: Partial<Candidate>): string[] =>
      kinds([face([candidate(0.7, { name: 'ada' }), candidate(0.69, { personId: 'ada 2', name: 'ada', ...other })])]);
    expect(two({})).toEqual(['match']);
    expect(two({ name: 'bob' })).toEqual(['may be']);
    expect(two({ status: 'ignored' })).toEqual(['may be']);
    expect(
      kinds([face([candidate(0.7), candidate(0.69, { personId: 'ada 2', name: 'ada' }), candidate(0.68, { personId: 'bob' })])]),
    ).toEqual(['may be']);
  });

  it('matters between two who are known not to be the same', () => {
    const known: NotSame = (one, other) => [one, other].sort().join() === 'ada,other';
    const twins = [candidate(0.7, { status: 'unknown' }), candidate(0.69, { personId: 'other', status: 'unknown' })];
    expect(decideAll([face(twins)], undefined, known)).toMatchObject([{ kind: 'new', mayBe: 'ada' }]);
    const namesakes = [candidate(0.7), candidate(0.69, { personId: 'other', name: 'ada' })];
    expect(decideAll([face(namesakes)], undefined, known)).toMatchObject([{ kind: 'new', mayBe: 'ada' }]);
    const third = candidate(0.7, { personId: 'third', status: 'unknown' });
    expect(decideAll([face([third, ...twins])], undefined, known)).toMatchObject([{ kind: 'unknown', candidate: { personId: 'third' } }]);
  });
});

describe('a face that is not surely somebody', () => {
  it('becomes a new person who may be the nearest one, if it is good enough', () => {
    expect(decideAll([face([candidate(0.62)])])).toMatchObject([{ kind: 'new', mayBe: 'ada', keptFrom: [] }]);
    expect(decideAll([face([candidate(0.62)], { sizePx: 39 })])).toMatchObject([{ kind: 'uncertain', candidate: { personId: 'ada' } }]);
    expect(kinds([face([candidate(0.62)], { quality: 0.39 })])).toEqual(['uncertain']);
    expect(decideAll([face([candidate(0.4)])])).toMatchObject([{ kind: 'new', mayBe: null }]);
  });

  it('becomes nobody where another face of the picture is that person, or is the same new person', () => {
    expect(kinds([face([candidate(0.8)]), face([candidate(0.62)])])).toEqual(['match', 'uncertain']);
    expect(kinds([face([candidate(0.8, { personId: 'bob' })]), face([candidate(0.62)])])).toEqual(['match', 'may be']);
    expect(kinds([face([candidate(0.63)]), face([candidate(0.62)])], () => 0.7)).toEqual(['may be', 'uncertain']);
  });
});

describe('an unknown who may be somebody', () => {
  const unknown = (similarity: number, mayBe: string | null): Candidate =>
    candidate(similarity, { personId: 'u7', status: 'unknown', mayBe });

  it('does not contest that person, nor is contested', () => {
    expect(kinds([face([candidate(0.7), unknown(0.69, 'ada')])])).toEqual(['match']);
    expect(kinds([face([candidate(0.7), unknown(0.69, null)])])).toEqual(['may be']);
    expect(kinds([face([unknown(0.66, 'ada'), candidate(0.65)])])).toEqual(['unknown']);
    expect(kinds([face([unknown(0.66, 'bob'), candidate(0.65)])])).toEqual(['may be']);
  });

  it('comes after that person where the person matches, however similar', () => {
    expect(decideAll([face([unknown(0.9, 'ada'), candidate(0.66)])])).toMatchObject([{ kind: 'match', candidate: { personId: 'ada' } }]);
    expect(decideAll([face([unknown(0.9, 'ada'), candidate(0.65)])])).toMatchObject([{ kind: 'unknown', candidate: { personId: 'u7' } }]);
    expect(decideAll([face([unknown(0.9, null), candidate(0.66)])])).toMatchObject([{ kind: 'unknown', candidate: { personId: 'u7' } }]);
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

  it('becomes a new person who is kept from those whom it resembles', () => {
    const near = candidate(0.8, { negative: 0.9 });
    const alike = candidate(0.6, { personId: 'bob', negative: 0.6 });
    const other = candidate(0.5, { personId: 'eve', negative: 0.7 });
    expect(decideAll([face([near, alike, other])])).toMatchObject([{ kind: 'new', keptFrom: ['ada', 'bob'] }]);
    expect(decideAll([face([candidate(0.5)])])).toMatchObject([{ kind: 'new', keptFrom: [] }]);
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
    expect(decisions).toMatchObject([{ kind: 'uncertain', sameAs: 1 }, { kind: 'new' }]);
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

describe('the evidence of a decision', () => {
  const evidence = (...candidates: Candidate[]) => decideAll([face(candidates)])[0]?.evidence;
  const { calibration } = syntheticDecision;
  const shown = (personId: string, similarity: number) => {
    const comparison = { similarity, probeSizePx: 100, referenceSizePx: 100 };
    const [falseMatchRate, likelihoodRatio] = [calibration.falseMatchRate(comparison), calibration.likelihoodRatio(comparison)];
    return { personId, faceId: 'f1', similarity, falseMatchRate, likelihoodRatio };
  };

  it('is the best person, the rival or else the next one, and the settings', () => {
    const unknowns = [candidate(0.7, { status: 'unknown' }), candidate(0.69, { personId: 'u2', status: 'unknown' })];
    const lines = { match: expect.closeTo(0.655, 3), uncertain: expect.closeTo(0.585, 3), margin: expect.closeTo(0.04, 3) };
    const settings = { ...lines, rules: 2, compared: { persons: 3, faces: 5, comparisons: expect.closeTo(3 * (5 / 3) ** 0.65, 6) } };
    expect(evidence(...unknowns)).toEqual({ best: shown('ada', 0.7), second: shown('u2', 0.69), negative: null, ...settings });
    expect(evidence(...unknowns, candidate(0.68, { personId: 'bob' }))).toMatchObject({ second: shown('bob', 0.68) });
    expect(evidence()).toEqual({ best: null, second: null, negative: null, ...settings });
  });

  it('leaves out whom a negative excluded, but keeps the negative', () => {
    const excluded = candidate(0.8, { negative: 0.9 });
    expect(evidence(excluded, candidate(0.7, { personId: 'bob' }))).toMatchObject({ best: shown('bob', 0.7), second: null, negative: 0.9 });
    expect(evidence(excluded)).toMatchObject({ best: null, negative: 0.9 });
  });

  it('is there for every kind, has the thresholds at the size, and survives storage', () => {
    const faces = [
      face([candidate(0.9)]),
      face([candidate(0.8)]),
      face([], { quality: 0.9 }),
      face([]),
      face([candidate(0.3)], { sizePx: 10 }),
      face([candidate(0.7, { personId: 'u', status: 'unknown' })], { sizePx: 28 }),
    ];
    const decisions = decideAll(faces, () => 0.7);
    expect(decisions.map(({ kind }) => kind)).toEqual(['match', 'uncertain', 'new', 'uncertain', 'unrecognisable', 'unknown']);
    for (const { evidence: stored } of decisions) expect(evidenceSchema.parse(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
    for (const { match } of decisions.map(({ evidence: each }) => each)) expect(match).toBeCloseTo(0.655, 3);
  });
});
