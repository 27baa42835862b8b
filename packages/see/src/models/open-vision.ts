import type { Vision } from '../look.ts';
import type { OwnModel } from './embedding-model.ts';
import type { FaceModels } from './face-models.ts';
import { createOwnEmbedder } from './own-embedder.ts';
import type { VisionPlan } from '../threads/messages.ts';

/** Opens a thread's own models. Only the chosen engine's library is loaded. */
export async function openVision({ engine, models, embedding, meanFace, limits }: VisionPlan): Promise<Vision> {
  const opened =
    engine === 'onnx'
      ? await (await import('./onnx-models.ts')).createOnnxModels(models)
      : await (await import('./human-models.ts')).createHumanModels();
  return { models: embedding.own ? await withOwnEmbedder(opened, embedding.own) : opened, embedding, meanFace, limits };
}

async function withOwnEmbedder(models: FaceModels, own: OwnModel): Promise<FaceModels> {
  const { embed, close } = await createOwnEmbedder(own);
  return {
    ...models,
    embed,
    close: async () => {
      await close();
      await models.close();
    },
  };
}
