import { compose } from '@watchpost/visits/compose';
import { labelsOf } from '@watchpost/visits/labels';
import { surenessOf } from '@watchpost/visits/compose/sureness';
import type { ComparableFace } from '@watchpost/gallery/questions';
import { describe, expect, it } from 'vitest';
import { alikeByLooks, face, postman, uncertain, unknown7, visitOf } from '../../support/visit-samples.ts';

describe('what is drawn on a snapshot', () => {
  const faces = [
    face(0),
    face(1, { decision: 'unknown', person: unknown7 }),
    uncertain(2),
    face(3, { person: postman }),
    face(4, { decision: 'unrecognisable', person: null }),
    face(5, { decision: 'unrecognisable', person: null, saidBy: 'slack:U1' }),
  ];

  it('is a box for each face with its number in the post, and a name only where it is sure', () => {
    const { view } = compose(visitOf(['a']), new Map([['a', faces]]), alikeByLooks());
    expect(labelsOf(view, 'a', faces).map(({ position, style, text }) => [position, style, text])).toEqual([
      [0, 'named', '1: Ada'],
      [1, 'unknown', '2: Unknown 7'],
      [2, 'uncertain', '3'],
      [3, 'ignored', '4: ignored'],
      [4, 'unrecognisable', null],
    ]);
    expect(labelsOf(view, 'a', faces)[1]?.box).toEqual(faces[1]?.box);
  });

  it('is the visitor of that snapshot', () => {
    const shown = new Map([
      ['a', [face(0)]],
      ['b', [face(0, { person: unknown7, decision: 'unknown' }), face(1)]],
    ]);
    const { view } = compose(visitOf(['a', 'b']), shown, alikeByLooks());
    expect(labelsOf(view, 'b', shown.get('b')!).map(({ text }) => text)).toEqual(['2: Unknown 7', '1: Ada']);
  });
});

describe('how sure a name is', () => {
  const matched = (falseMatchRate: number | null, comparisons = 1): ComparableFace =>
    face(0, {
      evidence: {
        best: { personId: 'ada', faceId: 'f', similarity: 0.8, falseMatchRate, likelihoodRatio: 1 },
        second: null,
        negative: null,
        compared: { persons: 1, faces: 1, comparisons },
        match: 0.6,
        uncertain: 0.5,
        margin: 0.1,
        rules: 2,
      },
    });

  it('follows from how many strangers would be so alike to anybody in the gallery', () => {
    expect(surenessOf([matched(0.9e-6, 100)])).toBe('sure');
    expect(surenessOf([matched(1.1e-6, 100)])).toBe('very likely');
    expect(surenessOf([matched(1.1e-5, 100)])).toBe('likely');
    // A small gallery is judged like one of 30.
    expect(surenessOf([matched(3.2e-6)])).toBe('sure');
    expect(surenessOf([matched(3.4e-6)])).toBe('very likely');
  });

  it('grows with snapshots that agree, and is that of the best of them', () => {
    expect(surenessOf([matched(2e-5, 100), matched(0.9e-6, 100)])).toBe('sure');
    expect(surenessOf([matched(5e-6, 100), matched(5e-6, 100)])).toBe('very likely');
    expect(surenessOf([matched(5e-6, 100), matched(5e-6, 100), matched(5e-6, 100)])).toBe('sure');
    expect(surenessOf([matched(2e-5, 100), matched(2e-5, 100), matched(2e-5, 100)])).toBe('very likely');
  });

  it('is no more than very likely where an earlier release kept no rates, and unknown where nothing was compared', () => {
    expect(surenessOf([matched(null)])).toBe('very likely');
    expect(surenessOf([face(0)])).toBe('very likely');
    expect(surenessOf([face(0, { similarity: null })])).toBeNull();
    expect(surenessOf([])).toBeNull();
  });
});
