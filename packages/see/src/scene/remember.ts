import { centre, covered, overlap, type Box, type Point } from '@watchpost/shared/geometry';
import type { FoundFace } from '../find/found-face.ts';
import { isSameView, patience, settledAfter, touches, type Attention, type Frame } from './attention.ts';
import type { Cells } from '../picture/fingerprint.ts';
import { blockCells, blocksOf, type Place, type Scene } from './scene.ts';

/** What a look brought to light. Pixels of the decoded picture. */
export interface Sight {
  /** The close views' boxes, also those with scores too low for a face. */
  boxes: FoundFace[];
  /** The faces that mesh and embedding confirmed. */
  faces: { box: Box }[];
}

/** More places are not remembered. */
const mostPlaces = 64;

/** A box with a score too low for a face, where one was: the face may turn back. So it is looked at for some thirty frames more. */
const weakMiss = 0.1;
/** What differs for so many frames in a row is the new state: someone who walks past, or rain, does not replace what is known behind them. */
const newStateAfter = 3;

/** The scene after a frame was looked at. Pure. */
export function remember(earlier: Scene | undefined, frame: Frame, attention: Attention, sight: Sight): Scene {
  const scene = earlier && isSameView(earlier, frame) ? earlier : undefined;
  const { width, height, cells, takenAtMs } = frame;
  const isFull = attention.extent === 'full';
  const { looks, differed, adopted } = blocksAfter(scene, attention);
  return {
    width,
    height,
    cells: scene && !isFull ? mixed(scene.cells, cells, adopted) : cells,
    looks,
    differed,
    places: placesAfter(scene?.places ?? [], attention, sight, cells),
    framesSinceFull: scene && !isFull ? scene.framesSinceFull + 1 : 0,
    takenAtMs,
  };
}

/** How well each block is known, and whether its cells are remembered as they are now (`adopted`, 1). */
function blocksAfter(
  scene: Scene | undefined,
  { extent, blocks, changed }: Attention,
): Pick<Scene, 'looks' | 'differed'> & { adopted: Uint8Array } {
  const looks = Uint8Array.from(scene?.looks ?? new Uint8Array(blocks.length));
  const differed = new Uint8Array(blocks.length);
  const adopted = new Uint8Array(blocks.length);
  for (const [index, looked] of blocks.entries()) {
    if (!looked) continue;
    const times = changed[index] ? (scene?.differed[index] ?? 0) + 1 : 0;
    adopted[index] = times === 0 || times >= newStateAfter || extent === 'full' ? 1 : 0;
    if (times === 0) looks[index] = Math.min(settledAfter, (looks[index] ?? 0) + 1);
    else if (adopted[index]) looks[index] = 1;
    else differed[index] = times;
  }
  return { looks, differed, adopted };
}

/** The cells of these blocks as they are now, all others as they were. */
function mixed(before: Cells, now: Cells, blocks: Uint8Array): Cells {
  const { columns, rows } = now;
  const { across } = blocksOf(now);
  const brightness = Uint8Array.from(before.brightness);
  for (const [index, taken] of blocks.entries()) {
    if (!taken) continue;
    const left = (index % across) * blockCells;
    const top = Math.floor(index / across) * blockCells;
    for (let y = top; y < Math.min(rows, top + blockCells); y += 1) {
      const from = y * columns + left;
      const to = y * columns + Math.min(columns, left + blockCells);
      brightness.set(now.brightness.subarray(from, to), from);
    }
  }
  return { columns, rows, brightness };
}

/**
 * A confirmed face begins anew. Where one was, three looks in a row without any box mean that it has gone; weak boxes hardly count. What was
 * never confirmed is known after three looks, or at once if it shows no box any more. Places that were not looked at stay as they are.
 */
function placesAfter(earlier: Place[], attention: Attention, { boxes, faces }: Sight, cells: Cells): Place[] {
  const at = (box: Box) => (other: FoundFace) => overlap(box, other.box) > 0.3 || covered(box, other.box) > 0.7;
  const now = boxes.map((found): Place => {
    if (faces.some(({ box }) => contains(box, centre(found.box)))) return { ...found, face: true, misses: 0 };
    const { face, misses } = earlier.find(at(found.box)) ?? { face: false, misses: 0 };
    return { ...found, face, misses: misses + (face ? weakMiss : 1) };
  });
  const without = earlier
    .filter(({ box }) => !now.some(at(box)))
    .flatMap((place) => {
      if (!attention.places.includes(place) && !touches(place.box, attention.blocks, cells)) return [place];
      return place.face && place.misses + 1 < patience ? [{ ...place, misses: place.misses + 1 }] : [];
    });
  return [...now, ...without].toSorted((a, b) => a.misses - b.misses).slice(0, mostPlaces);
}

const contains = ({ x, y, width, height }: Box, point: Point): boolean =>
  point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height;
