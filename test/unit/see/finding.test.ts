import { merge } from '@watchpost/see/find/merge';
import { planViews } from '@watchpost/see/find/plan-views';
import { readGrids, type Detection } from '@watchpost/see/find/read-grids';
import { createPyramid } from '@watchpost/see/picture/raster';
import { isDistinctFace, neededLikeness, passesMesh } from '@watchpost/see/face/verify';
import { expect, it } from 'vitest';

const picture = { ...createPyramid({ data: new Uint8Array(), width: 1920, height: 1080, channels: 3 }) };

function detection(x: number, y: number, side: number, score = 0.5): Detection {
  return { box: { x, y, width: side, height: side }, score, leftEye: { x, y }, rightEye: { x: x + side, y } };
}

/** Grids for a view of 64 by 64 pixels: 4 x 4 x 2 and 2 x 2 x 6 anchors, all far below any score. */
function emptyGrids() {
  return {
    fineScores: new Float32Array(32).fill(-20),
    fineBoxes: new Float32Array(32 * 16),
    coarseScores: new Float32Array(24).fill(-20),
    coarseBoxes: new Float32Array(24 * 16),
  };
}

it('reads a box from its cell, in pixels of the picture', () => {
  const grids = emptyGrids();
  const anchor = (1 * 4 + 2) * 2 + 1;
  grids.fineScores[anchor] = 3;
  grids.fineBoxes.set([2, -1, 20, 24, -4, -3, 4, -3], anchor * 16);
  const [found, ...others] = readGrids(grids, { x: 100, y: 50, width: 64, height: 64, step: 2 }, 0.5);
  expect(others).toEqual([]);
  // The cell's middle is at (40, 24) of the view; twice as many pixels of the picture.
  expect(found?.box).toEqual({ x: 100 + (42 - 10) * 2, y: 50 + (23 - 12) * 2, width: 40, height: 48 });
  expect(found?.score).toBeCloseTo(0.9526, 4);
  expect(found?.leftEye).toEqual({ x: 100 + 36 * 2, y: 50 + 21 * 2 });
});

it('drops boxes without a size, which low scores bring', () => {
  const grids = emptyGrids();
  grids.coarseScores[5] = 3;
  grids.coarseBoxes.set([0, 0, -3, 10], 5 * 16);
  expect(readGrids(grids, { x: 0, y: 0, width: 64, height: 64, step: 1 }, 0.5)).toEqual([]);
});

it('keeps the best box of each face, and neighbours apart', () => {
  const best = detection(100, 100, 40, 0.9);
  const kept = merge([detection(104, 98, 44, 0.7), best, detection(110, 110, 16, 0.6), detection(135, 100, 40, 0.8)]);
  expect(kept).toEqual([best, detection(135, 100, 40, 0.8)]);
});

it('looks at a small proposal in the picture’s own pixels, with room around it', () => {
  const [view, ...others] = planViews([detection(1000, 500, 16)], picture);
  expect(others).toEqual([]);
  expect(view).toEqual({ x: 912, y: 412, width: 192, height: 192, step: 1 });
});

it('shrinks the view of a large proposal so that the face has the size that the detector likes', () => {
  const [view] = planViews([detection(600, 300, 400)], picture);
  expect(view?.step).toBe(8);
  expect(view!.x % 8).toBe(0);
});

it('takes one view for proposals that lie together, and views that stay inside of the picture', () => {
  const together = planViews([detection(1000, 500, 16), detection(1040, 510, 18), detection(1080, 490, 20)], picture);
  expect(together).toHaveLength(1);
  const apart = planViews([detection(0, 0, 16), detection(1900, 1060, 16)], picture);
  expect(apart).toHaveLength(2);
  for (const { x, y, width, height } of apart) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(1920);
    expect(y + height).toBeLessThanOrEqual(1080);
  }
});

it('every proposal lies in a view of its step', () => {
  const proposals = Array.from({ length: 60 }, (_, index) =>
    detection((index * 397) % 1880, (index * 211) % 1040, 10 + ((index * 7) % 60)),
  );
  const views = planViews(proposals, picture);
  for (const { box } of proposals) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const sees = views.some(
      (view) => x >= view.x && y >= view.y && x <= view.x + view.width * view.step && y <= view.y + view.height * view.step,
    );
    expect(sees).toBe(true);
  }
  for (const { width, height } of views) expect([width % 32, height % 32]).toEqual([0, 0]);
});

it('asks the mesh model only where it can see, and more of it where it is asked alone', () => {
  expect(passesMesh(0, 16, true)).toBe(true);
  expect(passesMesh(0.05, 30, true)).toBe(false);
  expect(passesMesh(0.2, 30, true)).toBe(true);
  expect(passesMesh(0.2, 30, false)).toBe(false);
});

it('asks less likeness of the smallest faces', () => {
  expect(neededLikeness(60, 0.4)).toBe(0.4);
  expect(neededLikeness(13, 0.4)).toBeCloseTo(0.37);
  expect(neededLikeness(8, 0.4)).toBeCloseTo(0.34);
});

it('drops the face that seems to stand between two neighbours, and keeps a real one behind them', () => {
  const neighbours = [{ box: { x: 0, y: 0, width: 60, height: 66 } }, { box: { x: 86, y: 0, width: 60, height: 66 } }];
  const between = { x: 46, y: 0, width: 50, height: 54 };
  expect(isDistinctFace({ box: between, detectorScore: 0.7 }, neighbours)).toBe(false);
  expect(isDistinctFace({ box: between, detectorScore: 0.92 }, neighbours)).toBe(true);
  expect(isDistinctFace({ box: { x: 62, y: 0, width: 22, height: 24 }, detectorScore: 0.6 }, neighbours)).toBe(true);
  expect(isDistinctFace({ box: { x: 3, y: 2, width: 58, height: 60 }, detectorScore: 0.95 }, neighbours)).toBe(false);
});
