import type { CachedFile } from '../files/model-cache.ts';
import type { DecodeLimits } from '../picture/decode.ts';
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
}

/** What a thread needs to open its own `Vision`. Prepared once for all threads; can be sent between them. */
export interface PreparedVision extends Omit<Vision, 'models'> {
  engine: 'onnx' | 'human';
  /** The translated models. */
  files: Record<ModelName, CachedFile>;
}

/** Opens the models on the calling thread. Loads the library of the chosen engine only. */
export async function openVision({ engine, files, ...rest }: PreparedVision): Promise<Vision> {
  const models =
    engine === 'onnx'
      ? await (await import('./onnx-models.ts')).createOnnxModels(files)
      : await (await import('./human-models.ts')).createHumanModels();
  const { custom } = rest.embedding;
  return { ...rest, models: custom ? await withCustomEmbedder(models, custom) : models };
}

async function withCustomEmbedder(models: FaceModels, custom: CustomModel): Promise<FaceModels> {
  const { createCustomEmbedder } = await import('./custom-embedder.ts');
  const { embed, close } = await createCustomEmbedder(custom);
  return {
    ...models,
    embed,
    close: async () => {
      await close();
      await models.close();
    },
  };
}
