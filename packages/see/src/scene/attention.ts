import type { Box } from '@watchpost/shared/geometry';
import { findChanges } from './changes.ts';
import type { Extent } from '../face-engine.ts';
import type { Cells } from '../picture/fingerprint.ts';
import { blockCells, blocksOf, cellSide, longestGapMs, type Place, type Scene } from './scene.ts';

/** What is to be looked at in a frame. */
export interface Attention {
  extent: Extent;
  /** The blocks to look at, 1 each; all of them in a `full` look. */
  blocks: Uint8Array;
  /** The blocks that differ from what is remembered, 1 each. */
  changed: Uint8Array;
  /** Places to take close views of whatever the blocks say. */
  places: Place[];
}

/** A frame as it is compared. */
export interface Frame {
  /** Size of the upright file, pixels. */
  width: number;
  height: number;
  cells: Cells;
  /** Milliseconds since 1970. */
  takenAtMs: number;
}

/** A block is known once it was looked at so often: noise may hide a face once, but hardly three times. */
export const settledAfter = 3;
/** A place is looked at until its misses are so many. */
export const patience = 3;
/** All of at least every so many frames is looked at: a face that is missed for whatever reason is missed that long. Costs 3 % of looking anew. */
const fullEvery = 30;

/** Decides what of a frame to look at. Pure. */
export function attend(scene: Scene | undefined, frame: Frame): Attention {
  const { across, down } = blocksOf(frame.cells);
  const everything = (changed: Uint8Array, places: Place[]): Attention => ({
    extent: 'full',
    blocks: new Uint8Array(across * down).fill(1),
    changed,
    places,
  });
  if (!scene || !isSameView(scene, frame)) return everything(new Uint8Array(across * down).fill(1), []);
  const changes = findChanges(scene.cells, frame.cells);
  if (!changes) return everything(new Uint8Array(across * down).fill(1), scene.places);
  if (changes.light || scene.framesSinceFull + 1 >= fullEvery) return everything(changes.blocks, scene.places);
  const blocks = changes.blocks.map((changed, index) => (changed || (scene.looks[index] ?? 0) < settledAfter ? 1 : 0));
  // Where blocks are looked at, the coarse pass proposes what a frame that is looked at anew would get proposed.
  const places = scene.places.filter(({ box, face, misses }) => misses < patience && (face || !touches(box, blocks, frame.cells)));
  if (blocks.every(Boolean)) return everything(changes.blocks, places);
  const extent = places.length > 0 || blocks.some(Boolean) ? 'part' : 'none';
  return { extent, blocks, changed: changes.blocks, places };
}

/** Whether what is remembered says anything about a frame. */
export function isSameView(scene: Scene, { width, height, cells, takenAtMs }: Frame): boolean {
  return (
    scene.width === width &&
    scene.height === height &&
    scene.cells.columns === cells.columns &&
    scene.cells.rows === cells.rows &&
    Math.abs(takenAtMs - scene.takenAtMs) <= longestGapMs
  );
}

/** Whether a box, with half its size around it, touches one of the blocks. Pixels of the decoded picture. */
export function touches({ x, y, width, height }: Box, blocks: Uint8Array, cells: Cells): boolean {
  const { across, down } = blocksOf(cells);
  const side = cellSide * blockCells;
  const [left, right] = [Math.max(0, Math.floor((x - width / 2) / side)), Math.min(across - 1, Math.floor((x + width * 1.5) / side))];
  const [top, bottom] = [Math.max(0, Math.floor((y - height / 2) / side)), Math.min(down - 1, Math.floor((y + height * 1.5) / side))];
  for (let row = top; row <= bottom; row += 1)
    for (let column = left; column <= right; column += 1) if (blocks[row * across + column]) return true;
  return false;
}
