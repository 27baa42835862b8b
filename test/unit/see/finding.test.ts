import type { FoundFace } from '@watchpost/see/find/found-face';
import { merge } from '@watchpost/see/find/merge';
import { planViews } from '@watchpost/see/find/plan-views';
import { readGrids } from '@watchpost/see/find/read-grids';
import { createPyramid } from '@watchpost/see/picture/raster';
import { isDistinctFace, neededLikeness, passesMesh } from '@watchpost/see/face/verify';
import { expect, it } from 'vitest';

const picture = { ...createPyramid({ data: new Uint8Array(), width: 1920, height: 1080, channels: 3 }) };

function foundFace(x: number, y: number, side: number, score = 0.5): FoundFace {
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

it('decodes a box of a cell to pixels of the picture', () => {
  const grids = emptyGrids();
  const anchor = (1 * 4 + 2) * 2 + 1;
  grids.fineScores[anchor] = 3;
  grids.fineBoxes.set([2, -1, 20, 24, -4, -3, 4, -3], anchor * 16);
  const [found, ...others] = readGrids(grids, { x: 100, y: 50, width: 64, height: 64, step: 2 }, 0.5);
  expect(others).toEqual([]);
  // The cell's centre is at (40, 24) in the view, which is half the picture's resolution.
  expect(found?.box).toEqual({ x: 100 + (42 - 10) * 2, y: 50 + (23 - 12) * 2, width: 40, height: 48 });
  expect(found?.score).toBeCloseTo(0.9526, 4);
  expect(found?.leftEye).toEqual({ x: 100 + 36 * 2, y: 50 + 21 * 2 });
});

it('drops boxes without a size, which may have low scores', () => {
  const grids = emptyGrids();
  grids.coarseScores[5] = 3;
  grids.coarseBoxes.set([0, 0, -3, 10], 5 * 16);
  expect(readGrids(grids, { x: 0, y: 0, width: 64, height: 64, step: 1 }, 0.5)).toEqual([]);
});

it('keeps the best box of each face, and neighbouring faces apart', () => {
  const best = foundFace(100, 100, 40, 0.9);
  const kept = merge([foundFace(104, 98, 44, 0.7), best, foundFace(110, 110, 16, 0.6), foundFace(135, 100, 40, 0.8)]);
  expect(kept).toEqual([best, foundFace(135, 100, 40, 0.8)]);
});

it('views a small proposal in the picture’s own pixels, with context around it', () => {
  const [view, ...others] = planViews([foundFace(1000, 500, 16)], picture);
  expect(others).toEqual([]);
  expect(view).toEqual({ x: 912, y: 412, width: 192, height: 192, step: 1 });
});

it('shrinks the view of a large proposal until the face has the best size for the detector', () => {
  const [view] = planViews([foundFace(600, 300, 400)], picture);
  expect(view?.step).toBe(8);
  expect(view!.x % 8).toBe(0);
});

it('takes one view for neighbouring proposals, and keeps views inside the picture', () => {
  const together = planViews([foundFace(1000, 500, 16), foundFace(1040, 510, 18), foundFace(1080, 490, 20)], picture);
  expect(together).toHaveLength(1);
  const apart = planViews([foundFace(0, 0, 16), foundFace(1900, 1060, 16)], picture);
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
    foundFace((index * 397) % 1880, (index * 211) % 1040, 10 + ((index * 7) % 60)),
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

it('checks the mesh flag only at sizes where it is reliable, and more strictly where likeness is not checked', () => {
  expect(passesMesh(0, 16, true)).toBe(true);
  expect(passesMesh(0.05, 30, true)).toBe(false);
  expect(passesMesh(0.2, 30, true)).toBe(true);
  expect(passesMesh(0.2, 30, false)).toBe(false);
});

it('needs less likeness of the smallest faces', () => {
  expect(neededLikeness(60, 0.4)).toBe(0.4);
  expect(neededLikeness(13, 0.4)).toBeCloseTo(0.37);
  expect(neededLikeness(8, 0.4)).toBeCloseTo(0.34);
});

it('drops a face made of halves of two neighbours, and keeps a real one behind them', () => {
  const neighbours = [{ box: { x: 0, y: 0, width: 60, height: 66 } }, { box: { x: 86, y: 0, width: 60, height: 66 } }];
  const between = { x: 46, y: 0, width: 50, height: 54 };
  expect(isDistinctFace({ box: between, detectorScore: 0.7 }, neighbours)).toBe(false);
  expect(isDistinctFace({ box: between, detectorScore: 0.92 }, neighbours)).toBe(true);
  expect(isDistinctFace({ box: { x: 62, y: 0, width: 22, height: 24 }, detectorScore: 0.6 }, neighbours)).toBe(true);
  expect(isDistinctFace({ box: { x: 3, y: 2, width: 58, height: 60 }, detectorScore: 0.95 }, neighbours)).toBe(false);
});
