import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { calibrationTableSchema, type CalibrationTable } from '@watchpost/shared/calibration-table';
import type { Point } from '@watchpost/shared/geometry';
import { z } from 'zod';
import { dlibSide } from '../translate/inputs.ts';
import { dlibCentre } from './dlib-centre.ts';

/** The JSON file that describes a custom embedding model; docs/guides/adding-a-model.md explains its fields. */
const descriptionSchema = z.strictObject({
  id: z.string().min(1).max(64),
  file: z.string().min(1),
  side: z.int().min(32).max(512),
  order: z.enum(['rgb', 'bgr']).default('rgb'),
  mean: z.array(z.number()).length(3).default([127.5, 127.5, 127.5]),
  scale: z
    .number()
    .positive()
    .default(1 / 127.5),
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  template: z.array(z.tuple([z.number(), z.number()])).length(5),
  mirrored: z.boolean().default(false),
  minLikeness: z.number().min(-1).max(1).optional(),
  calibration: calibrationTableSchema.optional(),
});
type Description = z.output<typeof descriptionSchema>;

/** The operator's ONNX file and its input: (byte - mean[channel]) * scale, channels in this order and layout. */
export type CustomModel = Pick<Description, 'file' | 'order' | 'mean' | 'scale' | 'layout'>;

/** How faces are cut out for an embedding model, and how its embeddings are used. */
export interface EmbeddingModel {
  /** Stored with every face; embeddings with different ids are never compared. Must change when anything below does. */
  id: string;
  /** Side of the square patch, pixels. */
  side: number;
  /** How the face lies in the patch: the square around the levelled mesh with a margin (a share of its side), or the five landmarks fitted to a template (eyes, nose, corners of the mouth; pixels of the patch). */
  align: { kind: 'mesh-square'; margin: number } | { kind: 'five-points'; template: Description['template'] };
  /** Whether the mirror image is embedded too and added. */
  mirrored: boolean;
  /** The least likeness of a face: the cosine of its embedding to the mean embedding of many faces. Null: not known for this model, so likeness is not checked. */
  minLikeness: number | null;
  /** Null: the first network is the built-in one, HSE-FaceRes. */
  custom: CustomModel | null;
  /** A network that sees the same face and errs elsewhere; its numbers are part of the embedding. Null: there is none. */
  second: SecondNetwork | null;
}

/** How a second network sees a face, and how its numbers join the first one's (face/combine.ts). */
export interface SecondNetwork {
  /** Side of the square patch, pixels. */
  side: number;
  /** The points of the mesh that are fitted to the template, by their index, and where they lie in the patch. */
  points: readonly number[];
  template: readonly Point[];
  /** How much a squared distance of 1 counts against a cosine of 1. */
  weight: number;
  /** The mean of many faces' numbers. A constant, so that the embeddings of all releases and machines are the same. */
  centre: readonly number[];
  /** More than nearly all faces' distances from the centre. */
  radius: number;
}

/**
 * HSE-FaceRes with the patch that worked best (docs/seeing.md), the square around the levelled mesh and 40 % more, and dlib's ResNet
 * (dlib-resnet.ts): other people trained it with other faces.
 */
export const builtIn: EmbeddingModel = {
  id: 'faceres-bgr-mesh140-dlib-1',
  side: 224,
  align: { kind: 'mesh-square', margin: 0.4 },
  mirrored: false,
  minLikeness: 0.4,
  custom: null,
  second: {
    side: dlibSide,
    // Outer and inner corners of the eyes, the picture's right first, and the base of the nose: dlib's five landmarks, where dlib's
    // get_face_chip lays them in a chip with a padding of a quarter.
    points: [263, 362, 33, 133, 2],
    template: [
      [0.8595675, 0.2134982],
      [0.6460605, 0.2289674],
      [0.1205751, 0.2137275],
      [0.3340851, 0.2290642],
      [0.4901123, 0.6277975],
    ].map(([x = 0, y = 0]) => ({ x: ((0.25 + x) / 1.5) * dlibSide, y: ((0.25 + y) / 1.5) * dlibSide })),
    weight: 1.25,
    centre: dlibCentre,
    radius: 1,
  },
};

/** Reads the description of a custom embedding model; `file` is relative to it. Rejects with `embedding-model-invalid`, which says why. */
export async function readEmbeddingModel(path: string): Promise<EmbeddingModel> {
  const { id, file, side, template, mirrored, minLikeness, order, mean, scale, layout } = await readDescription(path);
  const custom = { file: resolve(dirname(path), file), order, mean, scale, layout };
  return { id, side, align: { kind: 'five-points', template }, mirrored, minLikeness: minLikeness ?? null, custom, second: null };
}

/** What the similarities of a custom embedding model mean; null where its description does not say. Rejects as `readEmbeddingModel`. */
export async function readCalibration(path: string): Promise<CalibrationTable | null> {
  return (await readDescription(path)).calibration ?? null;
}

async function readDescription(path: string): Promise<Description> {
  try {
    return descriptionSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new AppError('embedding-model-invalid', `the description of the embedding model is not valid: ${why}`, { cause: error });
  }
}
