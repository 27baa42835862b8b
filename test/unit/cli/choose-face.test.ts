import { chooseFace } from '@watchpost/cli/support/choose-face';
import type { SeenFace } from '@watchpost/see/face-engine';
import { describe, expect, it } from 'vitest';

const needs = { minSizePx: 40, minQuality: 0.4 };

function seen(sizePx: number, quality = 0.8): SeenFace {
  const point = { x: 0, y: 0 };
  return {
    box: { x: 0, y: 0, width: sizePx, height: sizePx },
    score: 0.9,
    landmarks: { leftEye: point, rightEye: point, nose: point, leftMouth: point, rightMouth: point },
    quality: { value: quality, sharpness: 0.3, frontal: 0.9, detectorScore: 0.9, meshScore: 1 },
    sizePx,
    embedding: new Float32Array(4),
    crop: null,
  };
}

describe('chooseFace', () => {
  it('takes the largest face', () => {
    const faces = [seen(100), seen(50), seen(20)];
    expect(chooseFace(faces, needs)).toBe(faces[0]);
  });

  it.each([
    ['no face', [], 'face-missing'],
    ['a small face', [seen(39)], 'face-too-small'],
    ['a blurred face', [seen(100, 0.39)], 'face-too-blurred'],
    ['two faces of similar size', [seen(100), seen(60)], 'face-ambiguous'],
  ])('refuses %s', (_, faces, code) => {
    expect(() => chooseFace(faces, needs)).toThrow(expect.objectContaining({ code }));
  });

  it('accepts a face at the limits', () => {
    expect(chooseFace([seen(40, 0.4)], needs).sizePx).toBe(40);
    expect(chooseFace([seen(100), seen(59)], needs).sizePx).toBe(100);
  });
});
