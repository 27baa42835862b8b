import { describe, expect, it } from 'vitest';
import { isMasked } from '@watchpost/cameras/masks';
import type { MaskPoint } from '@watchpost/cameras/camera-settings';

const picture = { width: 200, height: 100 };
/** A box of 20 by 20 pixels around a point. */
const around = (x: number, y: number) => ({ x: x - 10, y: y - 10, width: 20, height: 20 });
const upperHalf: MaskPoint[] = [
  [0, 0],
  [1, 0],
  [1, 0.5],
  [0, 0.5],
];
/** Open to the right. */
const notched: MaskPoint[] = [
  [0, 0],
  [1, 0],
  [0.5, 0.5],
  [1, 1],
  [0, 1],
];

describe('masks', () => {
  it.each([
    ['inside', [upperHalf], around(100, 20), true],
    ['outside', [upperHalf], around(100, 80), false],
    ['only its edge inside', [upperHalf], around(100, 55), false],
    ['in the second of two', [upperHalf.map(([x, y]): MaskPoint => [x, y / 10]), upperHalf], around(100, 40), true],
    ['in the arm of a polygon that is not convex', [notched], around(150, 20), true],
    ['in the notch of it', [notched], around(180, 50), false],
    ['left of the notch', [notched], around(60, 50), true],
    ['without a mask', [], around(100, 20), false],
  ])('a face %s', (_, masks, box, masked) => expect(isMasked({ masks }, box, picture)).toBe(masked));

  it('says the same whichever way round a polygon is drawn', () => {
    for (const [x, y] of [
      [150, 20],
      [180, 50],
      [60, 50],
    ] as const)
      expect(isMasked({ masks: [notched.toReversed()] }, around(x, y), picture)).toBe(
        isMasked({ masks: [notched] }, around(x, y), picture),
      );
  });
});
