import type { FaceModels } from '@watchpost/see/models/face-models';
import { createPyramid } from '@watchpost/see/picture/raster';
import { findAgain } from '@watchpost/see/scene/find-again';
import { expect, it } from 'vitest';

const [width, height] = [1_920, 1_080];
const cells = { columns: width / 4, rows: height / 4, brightness: new Uint8Array() };
const picture = createPyramid({ data: new Uint8Array(width * height * 4), width, height, channels: 4 });
const none = new Float32Array();

/** The sizes of the views that a detector which finds nothing is given, where so many blocks in a row are to be looked at in eight rows. */
async function viewsFor(blocksAcross: number): Promise<string[]> {
  const views: string[] = [];
  const models = {
    detect: (view: { width: number; height: number }) => {
      views.push(`${view.width} x ${view.height}`);
      return Promise.resolve({ fineScores: none, fineBoxes: none, coarseScores: none, coarseBoxes: none });
    },
  } as unknown as FaceModels;
  const blocks = new Uint8Array(60 * 34);
  for (let row = 10; row < 18; row += 1) blocks.fill(1, row * 60 + 20, row * 60 + 20 + blocksAcross);
  await findAgain(models, picture, { extent: 'part', blocks, changed: blocks, places: [] }, cells);
  return views;
}

it('where little changed, the passes for large faces are left out', async () => {
  expect(await viewsFor(1)).toEqual(['96 x 192']);
});

it('where a quarter of a large face may have changed, all passes are made', async () => {
  expect(await viewsFor(2)).toEqual(['128 x 192', '128 x 96']);
  expect(await viewsFor(8)).toHaveLength(2);
});

it('where nothing changed, no pass is made', async () => {
  expect(await viewsFor(0)).toEqual([]);
});
