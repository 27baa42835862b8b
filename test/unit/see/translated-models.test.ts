import { contactSheetFile, humanFile } from '@watchpost/see/files/human-package';
import type { HumanModels } from '@watchpost/see/models/face-models';
import { createHumanModels } from '@watchpost/see/models/human-models';
import { createOnnxModels } from '@watchpost/see/models/onnx-models';
import type { Raster } from '@watchpost/see/picture/raster';
import { readGraphModel } from '@watchpost/see/translate/graph-model';
import { recipes, type ModelName } from '@watchpost/see/translate/recipes';
import { toOnnx } from '@watchpost/see/translate/to-onnx';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

async function translated(channelBlock: number): Promise<HumanModels> {
  const file = async (name: ModelName) => toOnnx(await readGraphModel(humanFile('models', `${name}.json`)), recipes[name], channelBlock);
  return createOnnxModels({ blazeface: await file('blazeface'), facemesh: await file('facemesh'), faceres: await file('faceres') });
}

/** A part of the contact sheet, with faces. */
async function faces(width: number, height: number): Promise<Raster> {
  const part = sharp(contactSheetFile).extract({ left: 0, top: 300, width, height });
  return { data: new Uint8Array(await part.raw().toBuffer()), width, height, channels: 3 };
}

/** The largest difference as a share of the largest number. */
function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return actual.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0) / scale;
}

let original: HumanModels;
let models: HumanModels[] = [];
beforeAll(async () => {
  original = await createHumanModels();
  models = [await translated(8), await translated(16)];
}, 120_000);
afterAll(async () => {
  for (const each of [original, ...models]) await each.close();
});

it('the detector for either processor says what the original says, at any size', async () => {
  for (const [width, height] of [
    [256, 256],
    [352, 192],
  ] as const) {
    const view = await faces(width, height);
    const expected = await original.detect(view);
    expect(Math.max(...expected.fineScores)).toBeGreaterThan(0);
    for (const each of models) {
      const actual = await each.detect(view);
      for (const grid of ['fineScores', 'fineBoxes', 'coarseScores', 'coarseBoxes'] as const) {
        expect(difference(actual[grid], expected[grid])).toBeLessThan(1e-4);
      }
    }
  }
});

it('the mesh without PReLU has the points and the flag of the original', async () => {
  const patch = await faces(192, 192);
  const expected = await original.mesh(patch);
  for (const each of models) {
    const actual = await each.mesh(patch);
    expect(difference(actual.points, expected.points)).toBeLessThan(1e-4);
    expect(Math.abs(actual.flag - expected.flag)).toBeLessThan(1e-4);
  }
});
