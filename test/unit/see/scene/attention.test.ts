import { attend } from '@watchpost/see/scene/attention';
import { remember, type Sight } from '@watchpost/see/scene/remember';
import type { Scene } from '@watchpost/see/scene/scene';
import type { FoundFace } from '@watchpost/see/find/found-face';
import type { Cells } from '@watchpost/see/picture/fingerprint';
import { describe, expect, it } from 'vitest';
import { frameOf, placesOf, sceneCells } from './frames.ts';

const nothing: Sight = { boxes: [], faces: [] };
const empty = sceneCells();

/** A face of 24 pixels at a cell, and what it does to the cells. */
const boxAt = (column: number, row: number, score = 0.8): FoundFace => {
  const [x, y] = [column * 4, row * 4];
  return { box: { x, y, width: 24, height: 24 }, score, leftEye: { x: x + 8, y: y + 8 }, rightEye: { x: x + 16, y: y + 8 } };
};
const withSpot = (left: number, top: number): Cells =>
  sceneCells((value, column, row) => (column >= left && column < left + 6 && row >= top && row < top + 6 ? value + 40 : value));
const confirmed = (face: FoundFace): Sight => ({ boxes: [face], faces: [{ box: face.box }] });

/** Looks at frames one after the other; what is seen in each depends on whether its place is looked at. */
function watch() {
  let scene: Scene | undefined;
  let seconds = 0;
  return {
    look: (cells: Cells, sight: Sight = nothing, after = 1) => {
      seconds += after;
      const frame = frameOf(cells, seconds);
      const attention = attend(scene, frame);
      scene = remember(scene, frame, attention, sight);
      return attention;
    },
    scene: () => scene!,
  };
}

/** After three looks at the empty scene everything is known. */
function settled() {
  const watching = watch();
  for (let index = 0; index < 3; index += 1) expect(watching.look(empty).extent).toBe('full');
  return watching;
}

describe('a frame of a fixed camera', () => {
  it('is looked at in full three times, then not at all while nothing changes', () => {
    const { look } = settled();
    expect(look(empty).extent).toBe('none');
  });

  it('is looked at in full every thirty frames', () => {
    const { look } = settled();
    const extents = Array.from({ length: 62 }, () => look(empty).extent);
    expect(extents.flatMap((extent, index) => (extent === 'full' ? [index] : []))).toEqual([29, 59]);
  });

  it('is looked at where it changed', () => {
    const attention = settled().look(withSpot(120, 100));
    expect(attention.extent).toBe('part');
    expect(placesOf(attention.blocks)).toContainEqual([15, 12]);
    expect(placesOf(attention.blocks).length).toBeLessThanOrEqual(9);
  });

  it.each([
    [
      'light',
      frameOf(
        sceneCells((value) => value * 0.8),
        10,
      ),
    ],
    ['size', { ...frameOf(empty, 10), width: 1_280, height: 725 }],
    ['time: ten minutes later', frameOf(empty, 700)],
    ['time: ten minutes before', frameOf(empty, -700)],
  ])('is looked at in full after a change of %s', (_, frame) => {
    expect(attend(settled().scene(), frame).extent).toBe('full');
  });

  it('of another size begins anew, without the places of before', () => {
    const face = boxAt(120, 100);
    const scene = remember(undefined, frameOf(empty), attend(undefined, frameOf(empty)), confirmed(face));
    const larger = { ...frameOf(empty, 1), width: 1_920, height: 1_088 };
    expect(remember(scene, larger, attend(scene, larger), nothing)).toMatchObject({ width: 1_920, places: [] });
  });

  it('that is older than what is remembered is compared like any other', () => {
    expect(attend(settled().scene(), frameOf(empty, -60)).extent).toBe('none');
    expect(attend(settled().scene(), frameOf(withSpot(120, 100), -60)).extent).toBe('part');
  });

  it('after something passed by shows what is known already', () => {
    const { look } = settled();
    for (const left of [60, 100]) expect(look(withSpot(left, 100)).extent).toBe('part');
    expect(look(empty).extent).toBe('none');
  });

  it('is looked at wherever something is new, until it was looked at in the new state three times', () => {
    const { look } = settled();
    const extents = Array.from({ length: 8 }, () => look(withSpot(120, 100)).extent);
    expect(extents).toEqual(['part', 'part', 'part', 'part', 'part', 'none', 'none', 'none']);
    expect(look(empty).extent).toBe('part');
  });

  it('is never compared with what was not looked at: small changes add up', () => {
    const { look } = settled();
    const extents = Array.from(
      { length: 20 },
      (_, index) =>
        look(sceneCells((value, column, row) => (column > 120 && column < 128 && row > 100 && row < 108 ? value + index / 2 : value)))
          .extent,
    );
    expect(extents[1]).toBe('none');
    expect(extents).toContain('part');
  });
});

describe('the place of a face', () => {
  it('is looked at in every frame, however long nothing moves', () => {
    const { look } = settled();
    const face = boxAt(120, 100);
    look(withSpot(120, 100), confirmed(face));
    const places = Array.from({ length: 100 }, () => look(withSpot(120, 100), confirmed(face)).places.map(({ box }) => box));
    expect(places).toEqual(Array.from({ length: 100 }, () => [face.box]));
  });

  it('stays while the detector sees it only now and then', () => {
    const { look } = settled();
    look(withSpot(120, 100), confirmed(boxAt(120, 100)));
    for (let index = 0; index < 40; index += 1) {
      const sight =
        index % 3 === 2 ? confirmed(boxAt(120, 100)) : index % 3 === 1 ? nothing : { boxes: [boxAt(120, 100, 0.35)], faces: [] };
      expect(look(withSpot(120, 100), sight).places).toHaveLength(1);
    }
  });

  it('is known after three looks that show nothing, and then costs nothing', () => {
    const { look } = settled();
    look(withSpot(120, 100), confirmed(boxAt(120, 100)));
    expect(Array.from({ length: 4 }, () => look(empty).extent)).toEqual(['part', 'part', 'part', 'none']);
  });
});

describe('a place that is no face', () => {
  const weak: Sight = { boxes: [boxAt(120, 100, 0.4)], faces: [] };

  it('is known after three looks that confirmed none', () => {
    const watching = watch();
    for (let index = 0; index < 3; index += 1) watching.look(empty, weak);
    expect(watching.look(empty).extent).toBe('none');
    expect(watching.scene().places).toHaveLength(1);
  });

  it('is looked at again when something changes there', () => {
    const watching = watch();
    for (let index = 0; index < 3; index += 1) watching.look(empty, weak);
    expect(placesOf(watching.look(withSpot(120, 100)).blocks)).toContainEqual([15, 12]);
  });

  it('leaves room for others: at most 64 places are remembered, faces first', () => {
    const watching = watch();
    const boxes = Array.from({ length: 90 }, (_, index) => boxAt((index % 10) * 22, Math.floor(index / 10) * 14, 0.4));
    watching.look(empty, { boxes, faces: [{ box: boxes[89]!.box }] });
    expect(watching.scene().places).toHaveLength(64);
    expect(watching.scene().places[0]).toMatchObject({ box: boxes[89]!.box, face: true });
  });
});
