import { scaleBox, type Point } from '@watchpost/shared/geometry';
import { alignFace, type AlignedFace } from './face/align.ts';
import { embedFace } from './face/embed.ts';
import { rateFace } from './face/quality.ts';
import { cropFace, minCropSizePx } from './face/reference-crop.ts';
import { isDistinctFace } from './face/verify.ts';
import type { Seen, SeenFace } from './face-engine.ts';
import { findFaces, minFaceScore } from './find/find-faces.ts';
import type { FoundFace } from './find/found-face.ts';
import type { Vision } from './models/vision.ts';
import { decode, type Decoded } from './picture/decode.ts';
import { meanBrightness } from './picture/fingerprint.ts';
import { createPyramid, type Pyramid } from './picture/raster.ts';
import { attend, type Frame } from './scene/attention.ts';
import { findAgain } from './scene/find-again.ts';
import { remember } from './scene/remember.ts';
import type { Scene } from './scene/scene.ts';
import { toCells } from './scene/to-cells.ts';

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
  const decoded = await vision.uninterrupted(() => decode(bytes, vision.limits, vision.memory));
  const pyramid = createPyramid(decoded.picture);
  const seen = await seeFaces(vision, pyramid);
  return toSeen(vision, decoded, pyramid, seen, { startedAtMs, extent: 'full', brightness: meanBrightness(toCells(pyramid)) });
}

/**
 * `look` at a frame of a fixed camera: only at what changed in its scene, and where faces were. Resolves also to the scene as it is now.
 * docs/seeing.md, "A fixed camera's frames".
 */
export async function lookAtScene(
  vision: Vision,
  bytes: Uint8Array,
  takenAtMs: number,
  scene: Scene | undefined,
): Promise<{ seen: Seen; scene: Scene }> {
  const startedAtMs = performance.now();
  const decoded = await vision.uninterrupted(() => decode(bytes, vision.limits, vision.memory));
  const pyramid = createPyramid(decoded.picture);
  const { width, height } = decoded;
  const frame: Frame = { width, height, cells: toCells(pyramid), takenAtMs };
  const attention = attend(scene, frame);
  const { extent } = attention;
  const brightness = meanBrightness(frame.cells);
  if (extent === 'none') {
    const seen: Seen = { width, height, elapsedMs: performance.now() - startedAtMs, extent, brightness, faces: [] };
    return { seen, scene: remember(scene, frame, attention, { boxes: [], faces: [] }) };
  }
  const boxes = await findAgain(vision.models, pyramid, attention, frame.cells);
  const faces = await identify(
    vision,
    pyramid,
    boxes.filter(({ score }) => score >= minFaceScore),
  );
  return {
    seen: await toSeen(vision, decoded, pyramid, faces, { startedAtMs, extent, brightness }),
    scene: remember(scene, frame, attention, { boxes, faces }),
  };
}

/** The faces of a decoded picture, largest first, without crops. */
export async function seeFaces(vision: Vision, picture: Pyramid): Promise<SeenFace[]> {
  return identify(vision, picture, await findFaces(vision.models, picture));
}

/** Those of the found faces that mesh and embedding confirm, largest first, without crops. `found`: best detector score first. */
async function identify(vision: Vision, picture: Pyramid, found: FoundFace[]): Promise<SeenFace[]> {
  const seen: SeenFace[] = [];
  // Only the mesh shows that two found faces are the same one; then the first is kept.
  for (const each of found) {
    const aligned = await alignFace(vision, picture, each);
    if (!aligned || !isDistinctFace(aligned, seen)) continue;
    const embedding = await embedFace(vision, picture, aligned);
    if (embedding) seen.push(toSeenFace(aligned, embedding, picture));
  }
  return seen.toSorted((a, b) => b.sizePx - a.sizePx);
}

async function toSeen(
  vision: Vision,
  { picture, width, height }: Decoded,
  pyramid: Pyramid,
  seen: SeenFace[],
  { startedAtMs, ...frame }: Pick<Seen, 'extent' | 'brightness'> & { startedAtMs: number },
): Promise<Seen> {
  const faces = await vision.uninterrupted(() => addCrops(pyramid, seen));
  const scale = width / picture.width;
  return {
    width,
    height,
    elapsedMs: performance.now() - startedAtMs,
    ...frame,
    faces: scale === 1 ? faces : faces.map((face) => enlarge(face, scale)),
  };
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
