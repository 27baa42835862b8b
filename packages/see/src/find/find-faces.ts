import type { Detection, ViewPlace } from './read-grids.ts';
import { readGrids } from './read-grids.ts';
import { merge } from './merge.ts';
import { planViews } from './plan-views.ts';
import type { FaceModels } from '../models/face-models.ts';
import { cutView, type Pyramid } from '../picture/raster.ts';

/** A score this low, seen coarsely, is worth a close look. */
const proposalScore = 0.1;
/** And this much, seen closely, is a candidate. */
const candidateScore = 0.5;
/** Pixels that the coarse pass looks at, unless that would shrink the picture to less than `coarsestStep` allows. */
const coarsePixels = 260_000;
const coarsestStep = 4;
/** A pass goes over larger pictures in parts of at most this side, pixels of the view. */
const largestPart = 704;
const partOverlap = 64;
/** A box smaller than this in its view is a guess. */
const smallestInView = 7;

/**
 * Finds candidates for faces, coarse to fine: the detector's convolutions pass over the shrunken picture, at a few sizes, and propose places;
 * a few close views of those places decide. See docs/seeing.md.
 */
export async function findFaces(models: FaceModels, picture: Pyramid): Promise<Detection[]> {
  const proposals: Detection[] = [];
  for (const view of coarseViews(picture)) proposals.push(...(await look(models, picture, view, proposalScore)));
  const seen: Detection[] = [];
  for (const view of planViews(merge(proposals), picture)) {
    for (const detection of await look(models, picture, view, candidateScore)) {
      if (trustworthy(detection, view, picture)) seen.push(detection);
    }
  }
  return merge(seen);
}

/** The whole picture, shrunk so that the pass stays affordable, then again and again by two for the faces that fill it. */
function coarseViews({ width, height }: Pyramid): ViewPlace[] {
  const views: ViewPlace[] = [];
  let step = Math.min(coarsestStep, Math.max(1, Math.sqrt((width * height) / coarsePixels)));
  do {
    for (const [x, w] of split(width / step))
      for (const [y, h] of split(height / step)) views.push({ x: x * step, y: y * step, width: w, height: h, step });
    step *= 2;
  } while (Math.max(width, height) / step >= 96);
  return views;
}

/** Parts that overlap, as few as stay below `largestPart`: larger layers would leave the cache, and memory would grow with the picture. */
function split(length: number): [start: number, size: number][] {
  const whole = cells(length);
  const count = whole <= largestPart ? 1 : Math.ceil((whole - partOverlap) / (largestPart - partOverlap));
  if (count === 1) return [[0, whole]];
  const size = cells((whole - partOverlap) / count + partOverlap);
  return Array.from({ length: count }, (_, index) => [Math.round((index * (whole - size)) / (count - 1)), size]);
}

/** Up to the next multiple of 32, the detector's coarser cell. */
const cells = (pixels: number): number => Math.max(1, Math.ceil(pixels / 32 - 0.01)) * 32;

async function look(models: FaceModels, picture: Pyramid, view: ViewPlace, minScore: number): Promise<Detection[]> {
  const { x, y, width, height, step } = view;
  return readGrids(await models.detect(cutView(picture, x, y, width, height, step)), view, minScore);
}

/** Big enough in its view, and not cut off by the view's edge where the picture goes on. */
function trustworthy({ box }: Detection, view: ViewPlace, picture: Pyramid): boolean {
  if (Math.min(box.width, box.height) < smallestInView * view.step) return false;
  const slack = box.width * 0.1;
  const right = view.x + view.width * view.step;
  const bottom = view.y + view.height * view.step;
  return (
    (box.x > view.x - slack || view.x <= 0) &&
    (box.y > view.y - slack || view.y <= 0) &&
    (box.x + box.width < right + slack || right >= picture.width) &&
    (box.y + box.height < bottom + slack || bottom >= picture.height)
  );
}
