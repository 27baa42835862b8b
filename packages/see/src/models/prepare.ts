import { createHash } from 'node:crypto';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SeeConfig } from '../config.ts';
import { bytesOf, cached } from './file-cache.ts';
import { workOutMeanFace } from '../face/mean-face.ts';
import { faceres, readEmbeddingModel } from './embedding-model.ts';
import { openVision } from './open-vision.ts';
import { translatedModel } from '../translate/translated-models.ts';
import type { VisionPlan } from '../threads/messages.ts';

/** Pictures of more pixels are looked at shrunk to this: more than a 4K camera frame. */
const workPixels = 12_600_000;

/** Translates the models and works out the mean face, or takes both from the cache. The first time takes some seconds of computing: not for the event loop. */
export async function prepare(config: SeeConfig, log: Logger): Promise<VisionPlan> {
  const embedding = config.EMBEDDING_MODEL === undefined ? faceres : await readEmbeddingModel(config.EMBEDDING_MODEL);
  const dir = config.MODEL_CACHE_DIR;
  const models = {
    blazeface: await translatedModel('blazeface', log, dir),
    facemesh: await translatedModel('facemesh', log, dir),
    faceres: await translatedModel('faceres', log, dir),
  };
  const plan: VisionPlan = {
    engine: config.FACE_ENGINE,
    models,
    embedding,
    meanFace: undefined,
    limits: { maxPixels: config.MAX_PIXELS, workPixels },
  };
  if (embedding.minLikeness === null) return plan;
  const hash = createHash('sha256').update(JSON.stringify(embedding));
  for (const file of [...Object.values(models), ...(embedding.own ? [embedding.own.file] : [])]) hash.update(await bytesOf(file));
  const meanFace = await cached(`mean-face-${hash.digest('hex').slice(0, 16)}.f32`, log, dir, async () => {
    const vision = await openVision({ ...plan, engine: 'onnx' });
    const mean = await workOutMeanFace(vision);
    await vision.models.close();
    return Uint8Array.from(new Uint8Array(mean.buffer));
  });
  return { ...plan, meanFace: new Float32Array((await bytesOf(meanFace)).buffer) };
}
