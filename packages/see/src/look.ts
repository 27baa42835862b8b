import { scaleBox } from '@watchpost/shared/geometry';
import { alignFace } from './face/align.ts';
import { cropFace, minCropSizePx } from './face/crop.ts';
import { decode, type DecodeLimits } from './picture/decode.ts';
import { embedFace } from './face/embed.ts';
import type { Seen, SeenFace } from './face-engine.ts';
import { findFaces } from './find/find-faces.ts';
import type { EmbeddingModel } from './models/embedding-model.ts';
import type { FaceModels } from './models/face-models.ts';
import { rateFace } from './face/quality.ts';
import { isDistinctFace } from './face/verify.ts';
import { createPyramid, type Pyramid, type Raster } from './picture/raster.ts';

/** What looking needs. */
export interface Vision {
  models: FaceModels;
  embedding: EmbeddingModel;
  /** Unit length, of the embedding model; undefined only while it is worked out. */
  meanFace: Float32Array | undefined;
  limits: DecodeLimits;
}

/** From a file's bytes to its faces: the whole of seeing, in order. */
export async function look(vision: Vision, bytes: Uint8Array): Promise<Seen> {
  const startedAt = performance.now();
  const { picture, width, height } = await decode(bytes, vision.limits);
  const pyramid = createPyramid(picture);
  const faces = await withCrops(pyramid, await lookAt(vision, picture, pyramid));
  const scale = width / picture.width;
  return {
    width,
    height,
    elapsedMs: performance.now() - startedAt,
    faces: scale === 1 ? faces : faces.map((face) => enlarged(face, scale)),
  };
}

/** The faces of a decoded picture, largest first, without crops. `picture`: its pyramid, where the caller uses it too. */
export async function lookAt(
  { models, embedding, meanFace }: Vision,
  raster: Raster,
  picture = createPyramid(raster),
): Promise<SeenFace[]> {
  const faces: SeenFace[] = [];
  for (const candidate of await findFaces(models, picture)) {
    const face = await alignFace(models, picture, candidate, meanFace !== undefined);
    // Two candidates may turn out to be the same face once the mesh is laid over them; the first has the better score.
    if (!face || !isDistinctFace(face, faces)) continue;
    const embedded = await embedFace(models, embedding, picture, face, meanFace);
    if (!embedded) continue;
    faces.push({
      box: face.box,
      score: face.detectorScore,
      landmarks: face.landmarks,
      quality: rateFace(face, picture),
      sizePx: face.square.side,
      embedding: embedded,
      crop: null,
    });
  }
  return faces.toSorted((a, b) => b.sizePx - a.sizePx);
}

/** The faces with a crop of each that may become a reference. */
function withCrops(picture: Pyramid, faces: SeenFace[]): Promise<SeenFace[]> {
  return Promise.all(
    faces.map(async (face) => (face.sizePx < minCropSizePx ? face : { ...face, crop: await cropFace(picture, face.box) })),
  );
}

function enlarged(face: SeenFace, scale: number): SeenFace {
  const point = ({ x, y }: { x: number; y: number }) => ({ x: x * scale, y: y * scale });
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
