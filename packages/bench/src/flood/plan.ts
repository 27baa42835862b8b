import { createRandom } from '../prove/random.ts';

/** A frame that a camera posts. */
export interface PlannedFrame {
  /** From the beginning, milliseconds. */
  atMs: number;
  /** From 0. */
  camera: number;
  /** Whose face it shows: which of the strangers; null: nobody. */
  stranger: number | null;
  /** Of the drawing: no two frames are the same. */
  seed: number;
}

export interface FloodOptions {
  cameras: number;
  snapshots: number;
  /** How many of them show a face. */
  withFaces: number;
  forMs: number;
  seed: number;
}

/**
 * Every camera posts in each part of the time, at a random moment; which of all the frames show a face is random too. Each camera has a
 * stranger of its own; there are fewer faces than cameras, so a stranger passes more cameras than one. Pure.
 */
export function planFlood({ cameras, snapshots, withFaces, forMs, seed }: FloodOptions): PlannedFrame[] {
  const random = createRandom(seed);
  const chosen = Array.from({ length: snapshots }, (_, index) => ({ index, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .slice(0, withFaces);
  const facesIn = new Set(chosen.map(({ index }) => index));
  const frames = Array.from({ length: snapshots }, (_, index): PlannedFrame => {
    const camera = index % cameras;
    const turn = Math.floor(index / cameras);
    // Each camera in its own rhythm, somewhere in each part of the time.
    const part = forMs / Math.ceil(snapshots / cameras);
    return {
      atMs: Math.round(part * (turn + random())),
      camera,
      stranger: facesIn.has(index) ? camera : null,
      seed: seed * 100_000 + index,
    };
  });
  return frames.toSorted((a, b) => a.atMs - b.atMs);
}
