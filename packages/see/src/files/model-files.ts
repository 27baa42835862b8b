import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { faceApiFile } from './face-api-package.ts';
import { humanFile } from './human-package.ts';
import { modelCacheDir } from './model-cache.ts';

/** The files that the models are made of. */
export const modelFiles = (): string[] => [
  ...['blazeface', 'facemesh', 'faceres'].flatMap((name) => [humanFile('models', `${name}.json`), humanFile('models', `${name}.bin`)]),
  faceApiFile('model', 'face_recognition_model-weights_manifest.json'),
  faceApiFile('model', 'face_recognition_model.bin'),
];

/** Where translated models are cached. `dir`: MODEL_CACHE_DIR. Writes and removes a file of one byte; `fault`: why that failed. */
export async function probeModelCache(dir: string | undefined): Promise<{ folder: string; fault: string | null }> {
  const folder = modelCacheDir(dir);
  const file = join(folder, `.probe.${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(file, 'wx');
    await handle.write('x');
    await handle.close();
    return { folder, fault: null };
  } catch (error) {
    return { folder, fault: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}
