import { centre } from '../geometry.ts';
import type { Pyramid } from '../raster.ts';
import type { Detection, ViewPlace } from './read-grids.ts';

/** The side of a face's box that the detector sees best, in pixels of the view. */
const bestSide = 48;
/** Finer views than this show no more than the picture holds. */
const finestStep = 0.5;
const viewSide = 256;

/** Close views of the proposed places: each place at the step that brings its box to the best size, one view for all that lie together. */
export function planViews(proposals: Detection[], picture: Pyramid): ViewPlace[] {
  const bySteps = new Map<number, Detection[]>();
  for (const proposal of proposals) {
    const side = Math.max(proposal.box.width, proposal.box.height);
    const best = 2 ** Math.round(Math.log2(side / bestSide));
    const step = Math.max(finestStep, best);
    bySteps.set(step, [...(bySteps.get(step) ?? []), proposal]);
  }
  return [...bySteps].flatMap(([step, group]) => cover(group, step, picture));
}

/** As few squares as a greedy search finds, each proposal with its surroundings whole inside of one. */
function cover(group: Detection[], step: number, picture: Pyramid): ViewPlace[] {
  const side = viewSide * step;
  const views: ViewPlace[] = [];
  let left = group;
  while (left.length > 0) {
    const [first] = left;
    if (!first) break;
    const members = [first];
    let bounds = around(first);
    for (const other of left.slice(1)) {
      const joined = join(bounds, around(other));
      if (joined.right - joined.left <= side && joined.bottom - joined.top <= side) {
        members.push(other);
        bounds = joined;
      }
    }
    const x = place((bounds.left + bounds.right) / 2, side, picture.width, step);
    const y = place((bounds.top + bounds.bottom) / 2, side, picture.height, step);
    views.push({ x, y, width: viewSide, height: viewSide, step });
    left = left.filter((proposal) => !members.includes(proposal));
  }
  return views;
}

interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function around({ box }: Detection): Bounds {
  const { x, y } = centre(box);
  const reach = Math.max(box.width, box.height);
  return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
}

const join = (a: Bounds, b: Bounds): Bounds => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});

/** Centred, inside of the picture where it is large enough, and on whole pixels of the pyramid's level. */
function place(middle: number, side: number, length: number, step: number): number {
  const start = Math.max(0, Math.min(middle - side / 2, length - side));
  return Math.floor(start / step) * step;
}
