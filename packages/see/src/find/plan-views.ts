import { centre } from '@watchpost/shared/geometry';
import type { Pyramid } from '../picture/raster.ts';
import type { FoundFace, View } from './found-face.ts';

/** The side of a face's box at which the detector works best, pixels of the view. */
const bestSide = 48;
/** Views are never magnified: that found no more faces. */
const finestStep = 1;
/** How far a view extends around a proposal's centre, in sides of its box. */
const reach = 1.5;
/** The sides of a view are multiples of the detector's coarser cells, at least six: with less context a small face scores lower. */
const cell = 32;
const smallestSide = 192;
/** Layers of larger views do not fit the CPU's cache. */
const largestSide = 512;

/** Close views of the proposed places: each at the step at which its box has the best size, neighbouring places in one view. */
export function planViews(proposals: FoundFace[], picture: Pyramid): View[] {
  const bySteps = new Map<number, Rectangle[]>();
  for (const { box } of proposals) {
    const side = Math.max(box.width, box.height);
    const step = Math.max(finestStep, 2 ** Math.round(Math.log2(side / bestSide)));
    const { x, y } = centre(box);
    const around = side * reach;
    const rectangle = { left: (x - around) / step, top: (y - around) / step, right: (x + around) / step, bottom: (y + around) / step };
    bySteps.set(step, [...(bySteps.get(step) ?? []), rectangle]);
  }
  return [...bySteps].flatMap(([step, rectangles]) => joined(rectangles).map((rectangle) => toView(rectangle, step, picture)));
}

/** In pixels of the view. */
interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Joins two rectangles wherever one view costs no more than the two it replaces. */
function joined(rectangles: Rectangle[]): Rectangle[] {
  const result: Rectangle[] = [];
  for (const rectangle of rectangles) {
    let grown = rectangle;
    for (let index = 0; index < result.length;) {
      const both = union(grown, result[index]);
      const [width, height] = sides(both);
      if (area(both) <= area(grown) + area(result[index]) && width <= largestSide && height <= largestSide) {
        grown = both;
        result.splice(index, 1);
        // A rectangle that was too far from the smaller one may be near enough now.
        index = 0;
      } else index += 1;
    }
    result.push(grown);
  }
  return result;
}

const union = (a: Rectangle, b: Rectangle = a): Rectangle => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});

/** Width and height of the view that shows a rectangle. */
function sides({ left, top, right, bottom }: Rectangle): [width: number, height: number] {
  const whole = (length: number): number => Math.max(smallestSide, Math.ceil(length / cell) * cell);
  return [whole(right - left), whole(bottom - top)];
}

function area(rectangle: Rectangle | undefined): number {
  if (!rectangle) return 0;
  const [width, height] = sides(rectangle);
  return width * height;
}

/** Centred, inside the picture if that is large enough, and on whole pixels of the pyramid's level. */
function toView(rectangle: Rectangle, step: number, picture: Pyramid): View {
  const [width, height] = sides(rectangle);
  const start = (from: number, to: number, side: number, length: number): number =>
    Math.floor(Math.max(0, Math.min((from + to - side) / 2, length / step - side))) * step;
  return {
    x: start(rectangle.left, rectangle.right, width, picture.width),
    y: start(rectangle.top, rectangle.bottom, height, picture.height),
    width,
    height,
    step,
  };
}
