import type { FoundFace } from '../find/found-face.ts';
import type { Cells } from '../picture/fingerprint.ts';

/** Side of a cell in pixels of the decoded picture: the smallest face that counts, of 20 pixels, covers 16 to 25 of them. */
export const cellSide = 4;
/** A block is what is looked at or not: this many cells wide and high, 32 pixels. */
export const blockCells = 8;

/** What is older, or newer, says nothing about a frame. The same as for equal frames. Milliseconds. */
export const longestGapMs = 600_000;

/** A place that close views are taken of. */
export interface Place extends FoundFace {
  /** Whether a face was confirmed there since. */
  face: boolean;
  /** Grows with each look in a row that confirmed no face. */
  misses: number;
}

/**
 * What is remembered of a fixed camera's view. A value: nothing in it is ever changed, and each one is complete, so that it does not matter
 * which of several frames in progress was looked at last. Can be sent between threads.
 */
export interface Scene {
  /** Size of the upright file, pixels. */
  width: number;
  height: number;
  /** The cells as they were in a frame in which their block was looked at: what is compared never drifts along with small changes. */
  cells: Cells;
  /** For each block: how often it was looked at in this state, at most `settledAfter`. */
  looks: Uint8Array;
  /** For each block: in how many frames in a row it differed from this state. It was looked at in each of them. */
  differed: Uint8Array;
  /** Where faces are, and what may be one. Pixels of the decoded picture. */
  places: Place[];
  /** Frames since all of one was looked at. */
  framesSinceFull: number;
  /** When the last frame was taken, milliseconds since 1970. */
  takenAtMs: number;
}

/** Columns and rows of blocks. */
export const blocksOf = ({ columns, rows }: Pick<Cells, 'columns' | 'rows'>): { across: number; down: number } => ({
  across: Math.ceil(columns / blockCells),
  down: Math.ceil(rows / blockCells),
});
