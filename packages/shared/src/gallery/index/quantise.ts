/** Writes the vector in 8 bits, its largest number as 127; returns what to multiply by to have it back. */
export function quantise(vector: Float32Array, into: Int8Array, at: number): number {
  let largest = 0;
  for (let index = 0; index < vector.length; index += 1) largest = Math.max(largest, Math.abs(vector[index] ?? 0));
  if (largest === 0) return 0;
  const factor = 127 / largest;
  for (let index = 0; index < vector.length; index += 1) into[at + index] = Math.round((vector[index] ?? 0) * factor);
  return 1 / factor;
}
