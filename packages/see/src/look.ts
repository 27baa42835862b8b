import { scaleBox, type Point } from '@watchpost/shared/geometry';
import { alignFace, type AlignedFace } from './face/align.ts';
import { embedFace } from './face/embed.ts';
import { rateFace } from './face/quality.ts';
import { cropFace, minCropSizePx } from './face/reference-crop.ts';
import { isDistinctFace } from './face/verify.ts';
import type { Seen, SeenFace } from './face-engine.ts';
import { findFaces } from './find/find-faces.ts';
import type { Vision } from './models/vision.ts';
import { decode } from './picture/decode.ts';
import { createPyramid, type Pyramid } from './picture/raster.ts';

/**
 * From a file's bytes to its faces; the table of contents of this package.
 *
 *     bytes ─ decode ─> picture ─ find ─> FoundFace ─ align ─> AlignedFace ─ embed, rate, crop ─> SeenFace
 *             picture/            find/               face/                  face/
 *
 * Rejects as `decode` does.
 */
export async function look(vision: Vision, bytes: Uint8Array): Promise<Seen> {
  const startedAtMs = performance.now();
  const { picture, width, height } = await vision.uninterrupted(() => decode(bytes, vision.limits, vision.memory));
  const pyramid = createPyramid(picture);
  const seen = await seeFaces(vision, pyramid);
  const faces = await vision.uninterrupted(() => addCrops(pyramid, seen));
  const scale = width / picture.width;
  return {
    width,
    height,
    elapsedMs: performance.now() - startedAtMs,
    faces: scale === 1 ? faces : faces.map((face) => enlarge(face, scale)),
  };
}

/** The faces of a decoded picture, largest first, without crops. */
export async function seeFaces(vision: Vision, picture: Pyramid): Promise<SeenFace[]> {
  const seen: SeenFace[] = [];
  // Best detector score first. Only the mesh shows that two found faces are the same one; then the first is kept.
  for (const found of await findFaces(vision.models, picture)) {
    const aligned = await alignFace(vision, picture, found);
    if (!aligned || !isDistinctFace(aligned, seen)) continue;
    const embedding = await embedFace(vision, picture, aligned);
    if (embedding) seen.push(toSeenFace(aligned, embedding, picture));
  }
  return seen.toSorted((a, b) => b.sizePx - a.sizePx);
}

function toSeenFace(aligned: AlignedFace, embedding: Float32Array, picture: Pyramid): SeenFace {
  return {
    box: aligned.box,
    score: aligned.detectorScore,
    landmarks: aligned.landmarks,
    quality: rateFace(aligned, picture),
    sizePx: aligned.square.side,
    embedding,
    crop: null,
  };
}

/** Crops the faces that are large enough to become references. */
function addCrops(picture: Pyramid, faces: SeenFace[]): Promise<SeenFace[]> {
  return Promise.all(
    faces.map(async (face) => (face.sizePx < minCropSizePx ? face : { ...face, crop: await cropFace(picture, face.box) })),
  );
}

/** From pixels of the decoded picture to pixels of the file. */
function enlarge(face: SeenFace, scale: number): SeenFace {
  const point = ({ x, y }: Point) => ({ x: x * scale, y: y * scale });
  const { leftEye, rightEye, nose, leftMouth, rightMouth } = face.landmarks;
  return {
    ...face,
    box: scaleBox(face.box, scale),
    landmarks: {
      leftEye: point(leftEye),
      rightEye: point(rightEye),
      nose: point(nose),
      leftMouth: point(leftMouth),
      rightMouth: point(rightMouth),
    },
  };
}
