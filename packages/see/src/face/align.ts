import { centre, type Box, type Point } from '@watchpost/shared/geometry';
import type { Landmarks } from '../face-engine.ts';
import type { FoundFace } from '../find/found-face.ts';
import { meshSide, type FaceModels } from '../models/face-models.ts';
import type { Vision } from '../models/vision.ts';
import { cutSquare, type Pyramid, type Square } from '../picture/raster.ts';
import { passesMesh } from './verify.ts';

/** Indices of facemesh's points: corners of the eyes, tip of the nose, corners of the mouth. Left and right as seen in the picture. */
const leftEyeCorners = [33, 133] as const;
const rightEyeCorners = [362, 263] as const;
const noseTip = 1;
const mouthCorners = { left: 61, right: 291 } as const;
const pointCount = 468;

/** How much larger than the detector's box the first patch for the mesh model is; the same as in Human. */
const firstCropScale = 1.4;
/** How much larger than the first mesh the second patch is. */
const secondCropScale = 1.4;

/** A found face with its mesh fitted. Pixels of the picture. */
export interface AlignedFace {
  /** Around all points of the mesh. */
  box: Box;
  landmarks: Landmarks;
  /** The smallest square around the mesh after it is rotated until the eyes are level. */
  square: Square;
  /** The mesh model's flag, the higher of its two runs. */
  meshScore: number;
  detectorScore: number;
  /** 1 looks straight into the camera, 0 is a profile. */
  frontal: number;
  /** Facemesh's 468 points. */
  mesh: readonly Point[];
}

/**
 * Fits the mesh to a found face twice: the second time to the area of the first mesh, rotated until its eyes are level.
 * Resolves to undefined if the mesh model sees no face.
 */
export async function alignFace(
  { models, meanEmbedding }: Pick<Vision, 'models' | 'meanEmbedding'>,
  picture: Pyramid,
  { box, score, leftEye, rightEye }: FoundFace,
): Promise<AlignedFace | undefined> {
  const first = await fitMesh(models, picture, {
    ...centre(box),
    side: Math.max(box.width, box.height) * firstCropScale,
    angle: Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x),
  });
  const firstSquare = squareAround(first.points);
  if (!passesMesh(first.flag, firstSquare.side, meanEmbedding !== undefined)) return undefined;
  const second = await fitMesh(models, picture, { ...firstSquare, side: firstSquare.side * secondCropScale });
  const { points } = second;
  return {
    box: boxAround(points),
    landmarks: {
      leftEye: eye(points, leftEyeCorners),
      rightEye: eye(points, rightEyeCorners),
      nose: at(points, noseTip),
      leftMouth: at(points, mouthCorners.left),
      rightMouth: at(points, mouthCorners.right),
    },
    square: squareAround(points),
    meshScore: Math.max(first.flag, second.flag),
    detectorScore: score,
    frontal: frontal(points),
    mesh: points,
  };
}

/** The mesh in one square; points in pixels of the picture. */
async function fitMesh(models: FaceModels, picture: Pyramid, square: Square): Promise<{ points: Point[]; flag: number }> {
  const { points, flag } = await models.mesh(cutSquare(picture, square, meshSide));
  const step = square.side / meshSide;
  const cos = Math.cos(square.angle) * step;
  const sin = Math.sin(square.angle) * step;
  return {
    flag,
    points: Array.from({ length: pointCount }, (_, index) => {
      const x = (points[index * 3] ?? 0) - meshSide / 2;
      const y = (points[index * 3 + 1] ?? 0) - meshSide / 2;
      return { x: square.x + x * cos - y * sin, y: square.y + x * sin + y * cos };
    }),
  };
}

const at = (points: Point[], index: number): Point => points[index] ?? { x: 0, y: 0 };

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

const eye = (points: Point[], [a, b]: readonly [number, number]): Point => middle(at(points, a), at(points, b));

function boxAround(points: Point[]): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The smallest square around the points after they are rotated until the eyes are level. */
function squareAround(points: Point[]): Square {
  const left = eye(points, leftEyeCorners);
  const right = eye(points, rightEyeCorners);
  const angle = Math.atan2(right.y - left.y, right.x - left.x);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const levelled = boxAround(points.map(({ x, y }) => ({ x: x * cos + y * sin, y: y * cos - x * sin })));
  const { x, y } = centre(levelled);
  return { x: x * cos - y * sin, y: x * sin + y * cos, side: Math.max(levelled.width, levelled.height), angle };
}

/** By the position of the nose tip between the outer corners of the eyes: 1 in the middle, 0 at or beyond one of them. */
function frontal(points: Point[]): number {
  const left = at(points, leftEyeCorners[0]);
  const right = at(points, rightEyeCorners[1]);
  const nose = at(points, noseTip);
  const span = { x: right.x - left.x, y: right.y - left.y };
  const along = ((nose.x - left.x) * span.x + (nose.y - left.y) * span.y) / (span.x ** 2 + span.y ** 2 || 1);
  return Math.max(0, 1 - Math.abs(along - 0.5) * 2);
}
