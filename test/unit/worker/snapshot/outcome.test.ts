import { outcomeOfFaces, outcomeOfFailure } from '@watchpost/worker/snapshot/outcome';
import { describe, expect, it } from 'vitest';

const day = { brightness: 100 };
const night = { brightness: 11.9 };
const nothing = { masked: 0, tooSmall: 0 };
const face = (decision: 'match' | 'unknown' | 'uncertain' | 'unrecognisable', sizePx: number, quality: number) => ({
  decision,
  sizePx,
  quality,
});
/** Sharp, and so small that few of its size are recognised. */
const tiny = face('unrecognisable', 22, 0.3);
/** Large, and nothing in it is clear. */
const blurred = face('unrecognisable', 90, 0.2);

describe('what came of a frame', () => {
  it.each([
    ['a known face', [face('match', 80, 0.8)], 'faces'],
    ['a stranger among blurred ones', [blurred, blurred, face('unknown', 80, 0.8)], 'faces'],
    ['a face that nobody is sure of', [face('uncertain', 40, 0.5)], 'faces'],
    ['a tiny face', [tiny], 'too-small'],
    ['a blurred face', [blurred], 'blurred'],
    ['a small face that is blurred, too', [face('unrecognisable', 32, 0.2)], 'blurred'],
    ['more blurred than tiny faces', [blurred, tiny, blurred], 'blurred'],
    ['as many of both', [blurred, tiny], 'too-small'],
    ['no face', [], 'none'],
  ] as const)('with %s', (_, faces, outcome) => expect(outcomeOfFaces(day, faces, nothing)).toBe(outcome));

  it.each([
    ['all in masked parts', { masked: 2, tooSmall: 0 }, 'masked'],
    ['some in masked parts, others smaller than the smallest', { masked: 2, tooSmall: 1 }, 'too-small'],
  ] as const)('whose faces are left out, %s', (_, leftOut, outcome) => expect(outcomeOfFaces(day, [], leftOut)).toBe(outcome));

  it('with a blurred face and more that are left out as too small', () => {
    expect(outcomeOfFaces(day, [blurred], { masked: 0, tooSmall: 1 })).toBe('too-small');
    expect(outcomeOfFaces(day, [blurred, blurred], { masked: 0, tooSmall: 1 })).toBe('blurred');
  });

  it('in the dark is too dark only where no face was found', () => {
    expect(outcomeOfFaces(night, [], nothing)).toBe('too-dark');
    expect(outcomeOfFaces({ brightness: 12 }, [], nothing)).toBe('none');
    expect(outcomeOfFaces(night, [face('match', 80, 0.8)], nothing)).toBe('faces');
    expect(outcomeOfFaces(night, [], { masked: 1, tooSmall: 0 })).toBe('masked');
  });
});

describe('what came of a snapshot that failed', () => {
  it.each(['image-corrupt', 'image-empty', 'image-format-heic', 'image-format-unsupported'] as const)('%s: no image', (code) =>
    expect(outcomeOfFailure(code)).toBe('not-an-image'),
  );
  it.each(['image-too-many-pixels', 'file-gone', 'job-worker-lost'] as const)('%s: failed', (code) =>
    expect(outcomeOfFailure(code)).toBe('failed'),
  );
});
