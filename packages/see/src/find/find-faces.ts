import type { FaceModels } from '../models/face-models.ts';
import { cutView, type Pyramid } from '../picture/raster.ts';
import type { FoundFace, View } from './found-face.ts';
import { merge } from './merge.ts';
import { planViews } from './plan-views.ts';
import { readGrids } from './read-grids.ts';

/** In the coarse pass, a box with this score is a proposal, to be checked in a close view. */
const proposalScore = 0.1;
/** In a close view, a box with this score is a found face. */
export const minFaceScore = 0.5;
/** The coarse pass shrinks the picture to this many pixels, but not by more than `coarsestStep`. */
const coarsePixels = 260_000;
const coarsestStep = 4;
/** Larger pictures are passed over in parts with sides of at most this many pixels of the view. */
const largestPart = 704;
const partOverlap = 64;
/** Smaller boxes, in pixels of the view, are guesses. */
const smallestInView = 7;

/**
 * Finds faces, coarse to fine: the detector passes over the picture shrunk to a few sizes and proposes places; a few close views of
 * these places decide. Best score first. See docs/seeing.md.
 */
export async function findFaces(models: FaceModels, picture: Pyramid): Promise<FoundFace[]> {
  return lookClosely(models, picture, await propose(models, picture, coarseViews(picture)));
}

/** The coarse pass: places in these views where there may be faces. Best score first. */
export async function propose(models: FaceModels, picture: Pyramid, views: View[]): Promise<FoundFace[]> {
  const proposals: FoundFace[] = [];
  for (const view of views) proposals.push(...(await detect(models, picture, view, proposalScore)));
  return merge(proposals);
}

/** Close views of proposed places: the boxes there with at least this score. Best score first. */
export async function lookClosely(
  models: FaceModels,
  picture: Pyramid,
  proposals: FoundFace[],
  minScore = minFaceScore,
): Promise<FoundFace[]> {
  const found: FoundFace[] = [];
  for (const view of planViews(proposals, picture)) {
    for (const face of await detect(models, picture, view, minScore)) {
      if (isTrustworthy(face, view, picture)) found.push(face);
    }
  }
  return merge(found);
}

/** The whole picture, shrunk to keep the pass cheap, then shrunk by two again and again for larger faces. */
export function coarseViews({ width, height }: Pyramid): View[] {
  const views: View[] = [];
  let step = Math.min(coarsestStep, Math.max(1, Math.sqrt((width * height) / coarsePixels)));
  do {
    for (const [x, w] of split(width / step))
      for (const [y, h] of split(height / step)) views.push({ x: x * step, y: y * step, width: w, height: h, step });
    step *= 2;
  } while (Math.max(width, height) / step >= 96);
  return views;
}

/** As few overlapping parts as possible of at most `largestPart`: larger layers would not fit the CPU's cache, and memory would grow with the picture. */
function split(length: number): [start: number, size: number][] {
  const whole = cells(length);
  const count = whole <= largestPart ? 1 : Math.ceil((whole - partOverlap) / (largestPart - partOverlap));
  if (count === 1) return [[0, whole]];
  const size = cells((whole - partOverlap) / count + partOverlap);
  return Array.from({ length: count }, (_, index) => [Math.round((index * (whole - size)) / (count - 1)), size]);
}

/** Rounded up to a multiple of 32, the side of the detector's coarser cells. */
const cells = (pixels: number): number => Math.max(1, Math.ceil(pixels / 32 - 0.01)) * 32;

async function detect(models: FaceModels, picture: Pyramid, view: View, minScore: number): Promise<FoundFace[]> {
  const { x, y, width, height, step } = view;
  return readGrids(await models.detect(cutView(picture, x, y, width, height, step)), view, minScore);
}

/** Large enough in its view, and not cut off by an edge of the view inside the picture. */
function isTrustworthy({ box }: FoundFace, view: View, picture: Pyramid): boolean {
  if (Math.min(box.width, box.height) < smallestInView * view.step) return false;
  const tolerance = box.width * 0.1;
  const right = view.x + view.width * view.step;
  const bottom = view.y + view.height * view.step;
  return (
    (box.x > view.x - tolerance || view.x <= 0) &&
    (box.y > view.y - tolerance || view.y <= 0) &&
    (box.x + box.width < right + tolerance || right >= picture.width) &&
    (box.y + box.height < bottom + tolerance || bottom >= picture.height)
  );
}
