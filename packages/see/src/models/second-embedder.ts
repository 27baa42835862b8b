import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CachedFile } from '../files/model-cache.ts';
import type { Raster } from '../picture/raster.ts';
import { inputName } from '../translate/inputs.ts';
import { floats, sessionOptions } from './onnx-session.ts';

/** Opens dlib's network. It runs on ONNX Runtime whichever library runs Human's models. */
export async function createSecondEmbedder(
  file: CachedFile,
): Promise<{ embed: (patch: Raster) => Promise<Float32Array>; close: () => Promise<void> }> {
  // Two overloads: TypeScript takes a union for neither.
  const session = await (typeof file === 'string'
    ? InferenceSession.create(file, sessionOptions)
    : InferenceSession.create(file, sessionOptions));
  return {
    embed: async ({ data, width, height }) => {
      const { embedding } = await session.run({ [inputName]: new Tensor('uint8', data, [1, height, width, 3]) });
      return floats(embedding);
    },
    close: () => session.release(),
  };
}
