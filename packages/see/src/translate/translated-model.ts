import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@watchpost/shared/observability/logger';
import { faceApiFile } from '../files/face-api-package.ts';
import { humanFile } from '../files/human-package.ts';
import { cached, type CachedFile } from '../files/model-cache.ts';
import type { ChannelBlock } from './channel-block.ts';
import { recipes, type ModelName } from './recipes.ts';

/** Increase this when the translator's output for the same source changes. */
const translatorVersion = 2;
const resnetVersion = 1;

/** Human's model as an ONNX file: from the cache, keyed by the hash of source, recipe and, where it matters, the processor's block of channels, or translated now. */
export async function translatedModel(
  name: ModelName,
  block: ChannelBlock,
  log: Logger,
  cacheDir: string | undefined,
): Promise<CachedFile> {
  const recipe = recipes[name];
  const source = humanFile('models', `${name}.json`);
  const hash = createHash('sha256').update(JSON.stringify({ translatorVersion, recipe, ...(recipe.wholeBlocks && { block }) }));
  for (const path of [source, humanFile('models', `${name}.bin`)]) hash.update(await readFile(path));
  const file = `${name}-${hash.digest('hex').slice(0, 16)}.onnx`;
  return cached(file, log, cacheDir, async () => {
    const [{ readGraphModel }, { toOnnx }] = await loadTranslator();
    return toOnnx(await readGraphModel(source), recipe, block);
  });
}

/** dlib's network, from the weights that come with face-api. */
export async function translatedResnet(log: Logger, cacheDir: string | undefined): Promise<CachedFile> {
  const manifest = faceApiFile('model', 'face_recognition_model-weights_manifest.json');
  const hash = createHash('sha256').update(JSON.stringify({ resnetVersion }));
  for (const path of [manifest, faceApiFile('model', 'face_recognition_model.bin')]) hash.update(await readFile(path));
  const file = `dlib-${hash.digest('hex').slice(0, 16)}.onnx`;
  return cached(file, log, cacheDir, async () => {
    const [{ readManifest }, , { dlibResnet }] = await loadTranslator();
    return dlibResnet(await readManifest(manifest));
  });
}

/** Needed once in the life of an installation: every other start does without it. */
const loadTranslator = () => Promise.all([import('./graph-model.ts'), import('./to-onnx.ts'), import('./dlib-resnet.ts')]);
