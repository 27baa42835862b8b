import type { Detection, ViewPlace } from './read-grids.ts';
import { readGrids } from './read-grids.ts';
import { merge } from './merge.ts';
import { planViews } from './plan-views.ts';
import type { FaceModels } from '../models/face-models.ts';
import { cutView, type Pyramid } from '../raster.ts';

/** A score this low, seen coarsely, is worth a close look. */
const proposalScore = 0.1;
/** And this much, seen closely, is a candidate. */
const candidateScore = 0.5;
/** Pixels that the coarse pass looks at, unless that would shrink the picture to less than `coarsestStep` allows. */
const coarsePixels = 260_000;
const coarsestStep = 4;
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
    views.push({ x: 0, y: 0, width: cells(width / step), height: cells(height / step), step });
    step *= 2;
  } while (Math.max(width, height) / step >= 96);
  return views;
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
