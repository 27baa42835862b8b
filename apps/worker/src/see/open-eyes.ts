import type { Eyes } from './look.ts';
import type { EyesPlan } from './threads/messages.ts';

/** Opens a thread's own models. Only the chosen engine's library is loaded. */
export async function openEyes({ engine, models, embedding, meanFace, limits }: EyesPlan): Promise<Eyes> {
  const opened =
    engine === 'onnx'
      ? await (await import('./models/onnx-models.ts')).createOnnxModels(models)
      : await (await import('./models/human-models.ts')).createHumanModels();
  return { models: opened, embedding, meanFace, limits };
}
