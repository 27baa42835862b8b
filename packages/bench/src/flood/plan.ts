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
 * Every camera posts at random moments, as cameras do that somebody passes; the frames with faces are spread over all of them. A stranger
 * passes more cameras than one. Pure.
 */
export function planFlood({ cameras, snapshots, withFaces, forMs, seed }: FloodOptions): PlannedFrame[] {
  const random = createRandom(seed);
  const frames = Array.from({ length: snapshots }, (_, index): PlannedFrame => {
    const camera = index % cameras;
    const turn = Math.floor(index / cameras);
    const hasFace = Math.floor(((index + 1) * withFaces) / snapshots) > Math.floor((index * withFaces) / snapshots);
    // Each camera in its own rhythm, somewhere in each part of the time.
    const part = forMs / Math.ceil(snapshots / cameras);
    return { atMs: Math.round(part * (turn + random())), camera, stranger: hasFace ? camera : null, seed: seed * 100_000 + index };
  });
  return frames.toSorted((a, b) => a.atMs - b.atMs);
}
