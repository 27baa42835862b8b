import { createHash } from 'node:crypto';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SeeConfig } from '../config.ts';
import { bytesOf, cached } from '../files/model-cache.ts';
import { builtIn, readEmbeddingModel } from '../models/embedding-model.ts';
import { openVision, type PreparedVision, type Uninterrupted, type Vision } from '../models/vision.ts';
import { channelBlock, type ChannelBlock } from '../translate/channel-block.ts';
import { translatedModel, translatedResnet } from '../translate/translated-model.ts';

/** Larger pictures are shrunk to this number of pixels; a 4K camera frame has fewer. */
const workPixels = 12_600_000;

/**
 * Translates the models and computes the mean embedding, or takes both from the cache. Without the cache this computes for some seconds,
 * so it must not run on the event loop. What one processor prepared, as when an image is built, serves every other. Rejects with
 * `embedding-model-invalid`.
 */
export async function prepareVision(
  config: SeeConfig,
  log: Logger,
  uninterrupted: Uninterrupted,
  processorsBlock?: ChannelBlock,
): Promise<PreparedVision> {
  const embedding = config.EMBEDDING_MODEL === undefined ? builtIn : await readEmbeddingModel(config.EMBEDDING_MODEL);
  const dir = config.MODEL_CACHE_DIR;
  const block = processorsBlock ?? (await channelBlock());
  const detectors = { 8: await translatedModel('blazeface', 8, log, dir), 16: await translatedModel('blazeface', 16, log, dir) };
  const files = {
    blazeface: detectors[block],
    facemesh: await translatedModel('facemesh', block, log, dir),
    faceres: await translatedModel('faceres', block, log, dir),
  };
  const prepared: PreparedVision = {
    engine: config.FACE_ENGINE,
    files,
    secondFile: embedding.second && (await translatedResnet(log, dir)),
    embedding,
    meanEmbedding: undefined,
    limits: { maxPixels: config.MAX_PIXELS, workPixels },
  };
  if (embedding.minLikeness === null) return prepared;
  const hash = createHash('sha256').update(JSON.stringify(embedding));
  // The same detector on every processor: they agree to five digits.
  const sources = [detectors[8], files.facemesh, files.faceres, ...(embedding.custom ? [embedding.custom.file] : [])];
  for (const file of sources) hash.update(await bytesOf(file));
  const mean = await cached(`mean-embedding-${hash.digest('hex').slice(0, 16)}.f32`, log, dir, async () => {
    const vision = await openVision({ ...prepared, engine: 'onnx' }, uninterrupted);
    try {
      const { computeMeanEmbedding } = await import('./mean-embedding.ts');
      const mean = await computeMeanEmbedding(vision);
      return Uint8Array.from(new Uint8Array(mean.buffer));
    } finally {
      await vision.models.close();
    }
  });
  return { ...prepared, meanEmbedding: new Float32Array((await bytesOf(mean)).buffer) };
}

/** Prepares and opens the models on the calling thread, which they block: for measurements and tests. */
export async function openVisionHere(config: SeeConfig, log: Logger): Promise<Vision> {
  const nobodyInterrupts: Uninterrupted = (work) => work();
  return openVision(await prepareVision(config, log, nobodyInterrupts), nobodyInterrupts);
}
