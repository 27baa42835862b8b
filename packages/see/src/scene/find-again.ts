import { coarseViews, lookClosely, propose } from '../find/find-faces.ts';
import type { FoundFace } from '../find/found-face.ts';
import { merge } from '../find/merge.ts';
import type { FaceModels } from '../models/face-models.ts';
import type { Cells } from '../picture/fingerprint.ts';
import type { Pyramid } from '../picture/raster.ts';
import { touches, type Attention } from './attention.ts';
import { partsOf } from './parts.ts';

/** A place whose best box in close views is below this is surely no face. One with a higher score, but too low for a face, may be one in the next frame. */
const weakScore = 0.3;

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
  const whole = coarseViews(picture);
  const views = extent === 'full' ? whole : whole.flatMap((view) => partsOf(view, blocks, cells));
  const proposals = (await propose(models, picture, views)).filter(({ box }) => touches(box, blocks, cells));
  return lookClosely(models, picture, merge([...places, ...proposals]), weakScore);
}
