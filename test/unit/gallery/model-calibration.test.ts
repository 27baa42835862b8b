import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { galleryEnv, gallerySettings } from '@watchpost/gallery/config';
import { builtInTable } from '@watchpost/gallery/decide/calibration';
import { readCalibration } from '@watchpost/see/models/embedding-model';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const template = [[38, 51], [73, 51], [56, 71], [41, 92], [70, 92]]; // prettier-ignore
const table = { ...builtInTable, deviation: 0.08 };
const sizes = { probeSizePx: 100, referenceSizePx: 100 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-calibration-'));
});
afterAll(() => rm(folder, { recursive: true }));

const described = async (part: object): Promise<string> => {
  const path = join(folder, 'model.json');
  await writeFile(path, JSON.stringify({ id: 'm', file: 'm.onnx', side: 112, template, ...part }));
  return path;
};

describe('the calibration of a custom embedding model', () => {
  it('is read from its description, and decides', async () => {
    const calibration = await readCalibration(await described({ calibration: table }));
    expect(calibration).toEqual(table);
    const { decision } = gallerySettings(parseEnv({}, galleryEnv), calibration);
    expect(decision?.calibration.similarityAt(0.5, sizes)).toBeCloseTo(0.586, 3);
    expect(decision?.calibration.similarityAt(1e-5, sizes)).toBeCloseTo(0.586 + 0.08 * 4.2649, 3);
  });

  it('may be missing, but not be wrong', async () => {
    expect(await readCalibration(await described({}))).toBeNull();
    const path = await described({ calibration: { ...table, deviation: -1 } });
    await expect(readCalibration(path)).rejects.toMatchObject({ code: 'embedding-model-invalid' });
  });
});

describe('STRANGERS_NAMED_ONE_IN', () => {
  it('is the share of strangers who may be named, never more than may be uncertain', () => {
    const named = (env: Record<string, string>) => gallerySettings(parseEnv(env, galleryEnv)).decision?.strangersNamed;
    expect([named({}), named({ STRANGERS_NAMED_ONE_IN: '50000' })]).toEqual([0.001, 0.00002]);
    expect(() => named({ STRANGERS_NAMED_ONE_IN: '10' })).toThrow(/20/);
  });
});
