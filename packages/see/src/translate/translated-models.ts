import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@watchpost/shared/observability/logger';
import { cached, type CachedFile } from '../models/file-cache.ts';
import { humanFile } from '../models/human-package.ts';
import { readGraphModel } from './graph-model.ts';
import { recipes, type ModelName } from './recipes.ts';
import { toOnnx } from './to-onnx.ts';

/** Raised when the translator writes something else from the same source. */
const translatorVersion = 1;

/** Human's model as an ONNX file's bytes: from the cache, keyed by the hash of the source and the recipe, else translated now. */
export async function translatedModel(name: ModelName, log: Logger, cacheDir: string | undefined): Promise<CachedFile> {
  const recipe = recipes[name];
  const source = humanFile('models', `${name}.json`);
  const hash = createHash('sha256').update(JSON.stringify({ translatorVersion, recipe }));
  for (const path of [source, humanFile('models', `${name}.bin`)]) hash.update(await readFile(path));
  const file = `${name}-${hash.digest('hex').slice(0, 16)}.onnx`;
  return cached(file, log, cacheDir, async () => toOnnx(await readGraphModel(source), recipe));
}
