import { unit } from '@watchpost/shared/vectors';
import type { SecondNetwork } from '../models/embedding-model.ts';

/**
 * One embedding of both networks' numbers, unit length, 1,153 numbers. The cosine of two of them is
 *
 *     (c - weight * d² + constant) / constant'
 *
 * with c the cosine of the first network's embeddings and d the Euclidean distance of the second's, which its training made comparable
 * and which no cosine replaces. A squared distance becomes an inner product by lifting: the second's numbers, counted from `centre`, are laid on a
 * sphere of the radius `radius` by one more number. What this adds to d² is small: the squared difference of these last numbers.
 * `first` has unit length.
 */
export function combine(first: Float32Array, second: Float32Array, { centre, weight, radius }: SecondNetwork): Float32Array {
  const scale = Math.sqrt(2 * weight);
  const numbers = new Float32Array(first.length + second.length + 1);
  numbers.set(first);
  let squares = 0;
  second.forEach((value, index) => {
    const centred = value - (centre[index] ?? 0);
    squares += centred * centred;
    numbers[first.length + index] = scale * centred;
  });
  numbers[numbers.length - 1] = scale * Math.sqrt(Math.max(0, radius * radius - squares));
  return unit(numbers);
}
