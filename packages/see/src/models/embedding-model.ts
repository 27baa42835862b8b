import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

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
  /** Null: the built-in model, Human's faceres. */
  custom: CustomModel | null;
}

/** HSE-FaceRes with the patch that worked best (docs/seeing.md): the square around the levelled mesh and 40 % more, averaged with the mirror image. */
export const faceres: EmbeddingModel = {
  id: 'faceres-bgr-mesh140-mirror-1',
  side: 224,
  align: { kind: 'mesh-square', margin: 0.4 },
  mirrored: true,
  minLikeness: 0.4,
  custom: null,
};

/** Reads the description of a custom embedding model; `file` is relative to it. Rejects with `embedding-model-invalid`, which says why. */
export async function readEmbeddingModel(path: string): Promise<EmbeddingModel> {
  try {
    const { id, file, side, template, mirrored, minLikeness, ...input } = descriptionSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const custom = { file: resolve(dirname(path), file), ...input };
    return { id, side, align: { kind: 'five-points', template }, mirrored, minLikeness: minLikeness ?? null, custom };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new AppError('embedding-model-invalid', `the description of the embedding model is not valid: ${why}`, { cause: error });
  }
}
