import { findFaces } from '@watchpost/see/find/find-faces';
import type { DetectorGrids, FaceModels } from '@watchpost/see/models/face-models';
import { createPyramid, type Raster } from '@watchpost/see/picture/raster';
import { expect, it } from 'vitest';

const unused = async (): Promise<never> => {
  throw new Error('only the detector is needed');
};

/** The order in which the detector is asked about 1080p: two coarse passes, then close views. */
const passes = ['first', 'further'] as const;
type Pass = (typeof passes)[number];

/** A detector that sees one box, with this side in pixels of its view, in one coarse pass. Counts the close views. */
async function closeViews(pass: Pass, side: number, score: number): Promise<number> {
  let calls = 0;
  const detect = async (view: Raster): Promise<DetectorGrids> => {
    const places = (view.width / 16) * (view.height / 16);
    const grids = {
      fineScores: new Float32Array(places * 2).fill(-20),
      fineBoxes: new Float32Array(places * 32),
      coarseScores: new Float32Array((places / 4) * 6).fill(-20),
      coarseBoxes: new Float32Array((places / 4) * 96),
    };
    calls += 1;
    if (passes[calls - 1] !== pass) return grids;
    const anchor = (3 * (view.width / 16) + 5) * 2;
    grids.fineScores[anchor] = Math.log(score / (1 - score));
    grids.fineBoxes.set([0, 0, side, side], anchor * 16);
    return grids;
  };
  const models: FaceModels = { name: 'fake', detect, mesh: unused, embed: unused, embedSecond: unused, close: async () => {} };
  const data = new Uint8Array(1920 * 1080 * 4);
  expect(await findFaces(models, createPyramid({ data, width: 1920, height: 1080, channels: 4 }))).toEqual([]);
  return calls - passes.length;
}

it('looks closely at a small box with a low score, and at a large one only if it scores more', async () => {
  expect(await closeViews('first', 8, 0.12)).toBe(1);
  expect(await closeViews('first', 8, 0.09)).toBe(0);
  expect(await closeViews('first', 14, 0.16)).toBe(0);
  expect(await closeViews('first', 14, 0.19)).toBe(1);
  expect(await closeViews('first', 40, 0.23)).toBe(0);
  expect(await closeViews('first', 40, 0.27)).toBe(1);
});

it('believes a further pass only about faces that are too large for the pass before', async () => {
  expect(await closeViews('further', 20, 0.9)).toBe(0);
  expect(await closeViews('further', 30, 0.9)).toBe(1);
});
