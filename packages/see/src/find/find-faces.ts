import type { FaceModels } from '../models/face-models.ts';
import { cutView, type Pyramid } from '../picture/raster.ts';
import type { FoundFace, View } from './found-face.ts';
import { merge } from './merge.ts';
import { planViews } from './plan-views.ts';
import { readGrids } from './read-grids.ts';

/** In the coarse pass, a box with this score is a proposal, to be checked in a close view. */
const proposalScore = 0.1;
/** A face of 16 pixels in the coarse view is seen well there, so it must score more; in between, the score rises evenly. */
const clearProposalScore = 0.25;
const [unclearInView, clearInView] = [12, 16];
/** Each further coarse pass shrinks this much more than the one before. */
const passRatio = 4;
/** Smaller boxes, in pixels of a further pass's view, are for the pass before, in which a face has up to some 130 pixels. */
export const smallestInFurtherPass = 24;
/** In a close view, a box with this score is a found face. */
export const minFaceScore = 0.5;
/** The coarse pass shrinks the picture to this many pixels, but not by more than `coarsestStep`. */
const coarsePixels = 300_000;
const coarsestStep = 4;
/** The last pass is the one that shrinks the picture to fewer than four times these pixels along its longer side: a face that fills it is seen there. */
const coarsestSide = 48;
/** Larger pictures are passed over in parts with sides of at most this many pixels of the view. */
const largestPart = 736;
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
  const finestStep = Math.min(...views.map(({ step }) => step));
  for (const view of views) {
    for (const face of await detect(models, picture, view, proposalScore))
      if (isProposal(face, view, view.step > finestStep)) proposals.push(face);
  }
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

/** Whether a close view of the place is worth its time. False boxes score little at any size, faces only where they are small. */
function isProposal({ box, score }: FoundFace, { step }: View, isFurtherPass: boolean): boolean {
  const side = Math.max(box.width, box.height) / step;
  if (isFurtherPass && side < smallestInFurtherPass) return false;
  const clearness = Math.min(1, Math.max(0, (side - unclearInView) / (clearInView - unclearInView)));
  return score >= proposalScore + clearness * (clearProposalScore - proposalScore);
}

/** The whole picture, shrunk to keep the pass cheap, then shrunk again and again for larger faces. */
export function coarseViews({ width, height }: Pyramid): View[] {
  const views: View[] = [];
  let step = Math.min(coarsestStep, Math.max(1, Math.sqrt((width * height) / coarsePixels)));
  do {
    for (const [x, w] of split(width / step))
      for (const [y, h] of split(height / step)) views.push({ x: x * step, y: y * step, width: w, height: h, step });
    step *= passRatio;
  } while (Math.max(width, height) / step >= coarsestSide);
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
