import { coarseViews, lookClosely, propose, smallestInFurtherPass } from '../find/find-faces.ts';
import type { FoundFace, View } from '../find/found-face.ts';
import { merge } from '../find/merge.ts';
import type { FaceModels } from '../models/face-models.ts';
import type { Cells } from '../picture/fingerprint.ts';
import type { Pyramid } from '../picture/raster.ts';
import { touches, type Attention } from './attention.ts';
import { partsOf } from './parts.ts';
import { blockCells, cellSide } from './scene.ts';

/** A place whose best box in close views is below this is surely no face. One with a higher score, but too low for a face, may be one in the next frame. */
const weakScore = 0.3;
/** A further coarse pass finds a new face only if at least this share of the face's area is to be looked at. */
const leastShare = 0.25;

/**
 * Finds faces where attention is due: the coarse pass goes over those parts only, and what it proposes outside of them is known. Also
 * boxes with scores too low for a face. Best score first.
 */
export async function findAgain(
  models: FaceModels,
  picture: Pyramid,
  { extent, blocks, places }: Attention,
  cells: Cells,
): Promise<FoundFace[]> {
  const views = extent === 'full' ? coarseViews(picture) : viewsOf(picture, blocks, cells);
  const proposals = (await propose(models, picture, views)).filter(({ box }) => touches(box, blocks, cells));
  return lookClosely(models, picture, merge([...places, ...proposals]), weakScore);
}

/** The parts of the coarse pass that show these blocks, without the further passes whose faces are too large to hide in them. */
function viewsOf(picture: Pyramid, blocks: Uint8Array, cells: Cells): View[] {
  const whole = coarseViews(picture);
  const finestStep = Math.min(...whole.map(({ step }) => step));
  const area = blocks.reduce((sum, block) => sum + block, 0) * (blockCells * cellSide) ** 2;
  return whole
    .filter(({ step }) => step === finestStep || area >= (smallestInFurtherPass * step) ** 2 * leastShare)
    .flatMap((view) => partsOf(view, blocks, cells));
}
