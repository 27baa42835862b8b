import type { Raster } from '../picture/raster.ts';
import type { CustomModel } from './embedding-model.ts';

/** An RGB picture as a model's input values. `mean` is in the order of `order`. */
export function modelInput({ data, width, height }: Raster, { order, mean, scale, layout }: Omit<CustomModel, 'file'>): Float32Array {
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
