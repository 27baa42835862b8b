import type { Eyes } from './look.ts';
import { createOnnxModels } from './models/onnx-models.ts';
import type { EyesPlan } from './threads/messages.ts';

/** Opens a thread's own sessions. */
export async function openEyes(plan: EyesPlan): Promise<Eyes> {
  const { models, embedding, meanFace, limits } = plan;
  return { models: await createOnnxModels(models), embedding, meanFace, limits };
}
