import type { CachedFile } from '../files/model-cache.ts';
import type { DecodeLimits } from '../picture/decode.ts';
import { createReusedMemory, type PixelMemory } from '../picture/pixel-memory.ts';
import type { ModelName } from '../translate/recipes.ts';
import type { CustomModel, EmbeddingModel } from './embedding-model.ts';
import type { FaceModels } from './face-models.ts';

/** The opened models with everything else that `look` needs. */
export interface Vision {
  models: FaceModels;
  embedding: EmbeddingModel;
  /** The mean embedding of many faces, unit length. Undefined while it is computed, and for a custom model without `minLikeness`: then likeness is not checked. */
  meanEmbedding: Float32Array | undefined;
  limits: DecodeLimits;
  /** Where pictures are decoded to; each overwrites the one before. */
  memory: PixelMemory;
  uninterrupted: Uninterrupted;
}

/** What a thread needs to open its own `Vision`. Prepared once for all threads; can be sent between them. */
export interface PreparedVision extends Omit<Vision, 'models' | 'memory' | 'uninterrupted'> {
  engine: 'onnx' | 'human';
  /** The translated models. */
  files: Record<ModelName, CachedFile>;
}

/** Runs work in which the thread must not be ended: that of native libraries, ONNX Runtime above all. */
export type Uninterrupted = <T>(work: () => Promise<T>) => Promise<T>;

/** Opens the models on the calling thread. Loads the library of the chosen engine only. */
export async function openVision({ engine, files, ...rest }: PreparedVision, uninterrupted: Uninterrupted): Promise<Vision> {
  const models = engine === 'onnx' ? await openOnnx(files, uninterrupted) : await (await import('./human-models.ts')).createHumanModels();
  const { custom } = rest.embedding;
  return {
    ...rest,
    uninterrupted,
    memory: createReusedMemory(),
    models: custom ? await withCustomEmbedder(models, custom, uninterrupted) : models,
  };
}

async function openOnnx(files: PreparedVision['files'], uninterrupted: Uninterrupted): Promise<FaceModels> {
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

async function withCustomEmbedder(models: FaceModels, custom: CustomModel, uninterrupted: Uninterrupted): Promise<FaceModels> {
  const { createCustomEmbedder } = await import('./custom-embedder.ts');
  const { embed, close } = await uninterrupted(() => createCustomEmbedder(custom));
  return {
    ...models,
    embed: (patch) => uninterrupted(() => embed(patch)),
    close: async () => {
      await uninterrupted(close);
      await models.close();
    },
  };
}
