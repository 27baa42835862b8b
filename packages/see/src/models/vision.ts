import type { CachedFile } from '../files/model-cache.ts';
import type { DecodeLimits } from '../picture/decode.ts';
import type { ModelName } from '../translate/recipes.ts';
import type { Raster } from '../picture/raster.ts';
import type { EmbeddingModel } from './embedding-model.ts';
import type { FaceModels, HumanModels } from './face-models.ts';

/** The opened models with everything else that `look` needs. */
export interface Vision {
  models: FaceModels;
  embedding: EmbeddingModel;
  /** The mean embedding of many faces, unit length. Undefined while it is computed, and for a custom model without `minLikeness`: then likeness is not checked. */
  meanEmbedding: Float32Array | undefined;
  limits: DecodeLimits;
  uninterrupted: Uninterrupted;
}

/** What a thread needs to open its own `Vision`. Prepared once for all threads; can be sent between them. */
export interface PreparedVision extends Omit<Vision, 'models' | 'uninterrupted'> {
  engine: 'onnx' | 'human';
  /** The translated models. */
  files: Record<ModelName, CachedFile>;
  /** The second network; null where the embedding model has none. */
  secondFile: CachedFile | null;
}

/** Runs work in which the thread must not be ended: that of native libraries, ONNX Runtime above all. */
export type Uninterrupted = <T>(work: () => Promise<T>) => Promise<T>;

/** Opens the models on the calling thread. Loads the library of the chosen engine only. */
export async function openVision({ engine, files, secondFile, ...rest }: PreparedVision, uninterrupted: Uninterrupted): Promise<Vision> {
  const human = engine === 'onnx' ? await openOnnx(files, uninterrupted) : await (await import('./human-models.ts')).createHumanModels();
  const { custom } = rest.embedding;
  const embedder =
    custom === null ? null : await open(async () => (await import('./custom-embedder.ts')).createCustomEmbedder(custom), uninterrupted);
  const second =
    secondFile === null
      ? null
      : await open(async () => (await import('./second-embedder.ts')).createSecondEmbedder(secondFile), uninterrupted);
  const models: FaceModels = {
    ...human,
    embed: embedder?.embed ?? human.embed,
    embedSecond: second?.embed ?? (() => Promise.reject(new Error('the embedding model has no second network'))),
    close: async () => {
      for (const opened of [embedder, second, human]) await opened?.close();
    },
  };
  return { ...rest, uninterrupted, models };
}

async function openOnnx(files: PreparedVision['files'], uninterrupted: Uninterrupted): Promise<HumanModels> {
  const { createOnnxModels } = await import('./onnx-models.ts');
  const models = await uninterrupted(() => createOnnxModels(files));
  return {
    name: models.name,
    detect: (view) => uninterrupted(() => models.detect(view)),
    mesh: (patch) => uninterrupted(() => models.mesh(patch)),
    embed: (patch) => uninterrupted(() => models.embed(patch)),
    close: () => uninterrupted(() => models.close()),
  };
}

interface Embedder {
  embed: (patch: Raster) => Promise<Float32Array>;
  close: () => Promise<void>;
}

/** An embedder that runs on ONNX Runtime whatever runs the other models. */
async function open(create: () => Promise<Embedder>, uninterrupted: Uninterrupted): Promise<Embedder> {
  const { embed, close } = await uninterrupted(create);
  return { embed: (patch) => uninterrupted(() => embed(patch)), close: () => uninterrupted(close) };
}
