import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Raster } from '../picture/raster.ts';
import type { CustomModel } from './embedding-model.ts';
import { modelInput } from './model-input.ts';
import { floats, sessionOptions } from './onnx-session.ts';

/** Opens a custom embedding model. It has one input; the embedding is its first output, flattened. */
export async function createCustomEmbedder(
  custom: CustomModel,
): Promise<{ embed: (patch: Raster) => Promise<Float32Array>; close: () => Promise<void> }> {
  const session = await InferenceSession.create(custom.file, sessionOptions);
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  return {
    embed: async (patch) => {
      const { width, height } = patch;
      const shape = custom.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
      return floats((await session.run({ [input]: new Tensor('float32', modelInput(patch, custom), shape) }))[output]);
    },
    close: () => session.release(),
  };
}
