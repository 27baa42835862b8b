import type { View } from '../find/found-face.ts';
import type { Cells } from '../picture/fingerprint.ts';
import { blockCells, blocksOf, cellSide } from './scene.ts';

/** Side of the detector's coarser cells: parts begin and end on them, so that a part gives what the whole view gives there. */
const tile = 32;
/** Tiles around what is to be looked at: without context a face is proposed less often. More than one adds nothing. */
const context = 1;
/** Parts that cover more of a view than this cost as much as the whole of it. */
const wholeFrom = 0.75;

/** In tiles; `right` and `bottom` are outside. */
interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The parts of a view that show the given blocks, with context around them. None if it shows none of them, the view itself if it shows most. */
export function partsOf(view: View, blocks: Uint8Array, cells: Cells): View[] {
  const [columns, rows] = [Math.round(view.width / tile), Math.round(view.height / tile)];
  const around = (x: number, y: number): Rectangle => ({
    left: Math.max(0, x - context),
    top: Math.max(0, y - context),
    right: Math.min(columns, x + 1 + context),
    bottom: Math.min(rows, y + 1 + context),
  });
  let parts: Rectangle[] = [];
  for (let y = 0; y < rows; y += 1)
    for (let x = 0; x < columns; x += 1) if (shows(view, x, y, blocks, cells)) parts = join(parts, around(x, y));
  const total = parts.reduce((sum, part) => sum + area(part), 0);
  if (total > columns * rows * wholeFrom) return [view];
  return parts.map(({ left, top, right, bottom }) => ({
    x: view.x + left * tile * view.step,
    y: view.y + top * tile * view.step,
    width: (right - left) * tile,
    height: (bottom - top) * tile,
    step: view.step,
  }));
}

/** Whether one of the blocks lies in a tile of a view. */
function shows({ x, y, step }: View, column: number, row: number, blocks: Uint8Array, cells: Cells): boolean {
  const { across, down } = blocksOf(cells);
  const side = cellSide * blockCells;
  const first = (start: number, index: number): number => Math.max(0, Math.floor((start + index * tile * step) / side));
  const last = (start: number, index: number, count: number): number =>
    Math.min(count - 1, Math.ceil((start + (index + 1) * tile * step) / side) - 1);
  for (let by = first(y, row); by <= last(y, row, down); by += 1)
    for (let bx = first(x, column); bx <= last(x, column, across); bx += 1) if (blocks[by * across + bx]) return true;
  return false;
}

/** Adds a rectangle; joins it with others wherever one costs no more than the two. */
function join(parts: Rectangle[], added: Rectangle): Rectangle[] {
  let grown = added;
  let rest = parts;
  for (;;) {
    const near = rest.find((part) => area(union(part, grown)) <= area(part) + area(grown));
    if (!near) return [...rest, grown];
    grown = union(near, grown);
    rest = rest.filter((part) => part !== near);
  }
}

const area = ({ left, top, right, bottom }: Rectangle): number => (right - left) * (bottom - top);

const union = (a: Rectangle, b: Rectangle): Rectangle => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});
