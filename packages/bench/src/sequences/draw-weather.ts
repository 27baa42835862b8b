import type { SKRSContext2D } from '@napi-rs/canvas';
import { createChoices, type Choices } from '../prove/random.ts';

/** Streaks of rain that are somewhere else in each frame. */
export function drawRain(context: SKRSContext2D, { below }: Choices, drops: number): void {
  const { width, height } = context.canvas;
  for (let index = 0; index < drops; index += 1) {
    const [x, y, length] = [below(width), below(height), 12 + below(30)];
    context.strokeStyle = `rgba(215, 220, 228, ${0.15 + below(30) / 100})`;
    context.lineWidth = 1 + below(2);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x - length * 0.15, y + length);
    context.stroke();
  }
}

/** A tree whose leaves move in the wind, at the left of the frame. The same leaves in every frame. */
export function drawTree(context: SKRSContext2D, seed: number, frame: number): void {
  const { width, height } = context.canvas;
  const { below } = createChoices(seed);
  context.fillStyle = '#43352a';
  context.fillRect(width * 0.11, height * 0.35, 30, height * 0.4);
  for (let index = 0; index < 1_800; index += 1) {
    const angle = below(6_283) / 1_000;
    const radius = Math.sqrt(below(1_000) / 1_000);
    const [swing, phase, shade] = [2 + below(8), below(628) / 100, below(50)];
    const x = width * (0.12 + 0.11 * radius * Math.cos(angle)) + swing * Math.sin(frame * 1.7 + phase);
    const y = height * (0.32 + 0.2 * radius * Math.sin(angle)) + (swing / 2) * Math.cos(frame * 1.3 + phase);
    context.fillStyle = `rgb(${45 + shade}, ${80 + shade}, ${38 + shade / 2})`;
    context.beginPath();
    context.ellipse(x, y, 9, 5, angle, 0, 2 * Math.PI);
    context.fill();
  }
}

/** What light and sensor do to a frame's pixels (RGBA): brightness times `gain`, and noise of `noise` levels, alike in neighbouring pixels as after a camera's smoothing. */
export function expose(
  pixels: Uint8Array | Uint8ClampedArray,
  { gain, noise }: { gain: number; noise: number },
  { below }: Choices,
): Uint8Array {
  const result = new Uint8Array((pixels.length / 4) * 3);
  let at = below(noiseTable.length);
  let before = 0;
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    at = at + 1 < noiseTable.length ? at + 1 : below(1_000);
    const fresh = (noiseTable[at] ?? 0) * noise;
    // Half of it is the left neighbour's; scaled so that it scatters as much as without.
    const grain = (fresh + before) * Math.SQRT1_2;
    before = fresh;
    for (let c = 0; c < 3; c += 1) {
      const value = (pixels[from + c] ?? 0) * gain + grain;
      result[to + c] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
    }
  }
  return result;
}

/** Normally distributed numbers with a deviation of 1 (Box and Muller). */
const noiseTable = makeNoise(1_000_003);

function makeNoise(count: number): Float32Array {
  const { below } = createChoices(7);
  const one = (): number => (below(1_000_000) + 1) / 1_000_001;
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(one())) * Math.cos(2 * Math.PI * one()));
}
