import type { Raster } from '../picture/raster.ts';
import type { CustomModel } from './embedding-model.ts';

/** An RGB picture as a model's input values. `mean` is in the order of `order`. */
export function modelInput({ data, width, height }: Raster, { order, mean, scale, layout }: Omit<CustomModel, 'file'>): Float32Array {
  const pixels = width * height;
  const result = new Float32Array(pixels * 3);
  const [channelStep, pixelStep] = layout === 'nchw' ? [pixels, 1] : [1, 3];
  for (let channel = 0; channel < 3; channel += 1) {
    const channelMean = mean[channel] ?? 0;
    let from = order === 'bgr' ? 2 - channel : channel;
    let to = channel * channelStep;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      result[to] = ((data[from] ?? 0) - channelMean) * scale;
      from += 3;
      to += pixelStep;
    }
  }
  return result;
}
