import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Raster } from '../picture/raster.ts';
import type { OwnModel } from './embedding-model.ts';

/** An operator's own embedding model: one input, its first output flattened is the vector. */
export async function createOwnEmbedder(
  own: OwnModel,
): Promise<{ embed: (crop: Raster) => Promise<Float32Array>; close: () => Promise<void> }> {
  const session = await InferenceSession.create(own.file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  return {
    embed: async (crop) => {
      const { width, height } = crop;
      const shape = own.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
      const result = (await session.run({ [input]: new Tensor('float32', feed(crop, own), shape) }))[output];
      if (!(result instanceof Tensor) || !(result.data instanceof Float32Array))
        throw new Error('the embedding model answered something else than floats');
      return result.data;
    },
    close: () => session.release(),
  };
}

/** The crop's bytes as the model wants them. */
export function feed({ data, width, height }: Raster, { order, mean, scale, layout }: OwnModel): Float32Array {
  const pixels = width * height;
  const result = new Float32Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = data[pixel * 3 + (order === 'bgr' ? 2 - channel : channel)] ?? 0;
      result[layout === 'nchw' ? channel * pixels + pixel : pixel * 3 + channel] = (value - (mean[channel] ?? 0)) * scale;
    }
  }
  return result;
}
