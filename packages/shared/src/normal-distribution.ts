/**
 * The share of a normal distribution that lies more than `z` standard deviations above its mean. Press et al., Numerical Recipes,
 * 6.2 (`erfcc`): the relative error is below 1.2e-7 everywhere, so small shares are as exact as large ones. Pure.
 */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * t + coefficient;
  const tail = (t * Math.exp(-x * x + sum)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/** Of the highest power first. */
const coefficients = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223,
] as const;

/** How many standard deviations above the mean the share `tail` begins; the inverse of `upperTail`. Pure. */
export function upperQuantile(tail: number): number {
  let [low, high] = [-9, 38];
  if (tail >= upperTail(low)) return low;
  if (tail <= upperTail(high)) return high;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
