import { AppError } from '@watchpost/shared/errors';
import type { SeenFace } from '@watchpost/see/face-engine';

export interface FaceNeeds {
  /** Of `SeenFace.sizePx`. */
  minSizePx: number;
  minQuality: number;
}

/** Another face of at least this share of the largest one's size makes the picture ambiguous. */
const similarSize = 0.6;

/**
 * The face to enroll from a picture: its largest. Throws `face-missing`, `face-too-small`, `face-too-blurred`, and
 * `face-ambiguous` where another face is nearly as large. Pure. `faces`: largest first.
 */
export function chooseFace(faces: readonly SeenFace[], { minSizePx, minQuality }: FaceNeeds): SeenFace {
  const [face, second] = faces;
  if (!face) throw new AppError('face-missing', 'no face was found');
  if (face.sizePx < minSizePx) {
    throw new AppError('face-too-small', `the largest face is ${Math.round(face.sizePx)} pixels wide, at least ${minSizePx} are needed`);
  }
  if (second && second.sizePx >= similarSize * face.sizePx) {
    const sizes = `${Math.round(face.sizePx)} and ${Math.round(second.sizePx)}`;
    throw new AppError('face-ambiguous', `several faces are of similar size (${sizes} pixels)`);
  }
  const { value, sharpness, frontal } = face.quality;
  if (value < minQuality) {
    const parts = `sharpness ${sharpness.toFixed(2)}, frontal ${frontal.toFixed(2)}`;
    throw new AppError('face-too-blurred', `the face's quality is ${value.toFixed(2)}, at least ${minQuality} is needed (${parts})`);
  }
  return face;
}
