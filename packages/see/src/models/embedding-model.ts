import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

/** How faces are cut for an embedding model, and judged. */
export interface EmbeddingModel {
  /** Stored with every face; embeddings of different ids are never compared. Changes with anything below. */
  id: string;
  /** Side of the square crop, pixels. */
  side: number;
  /** How the face lies in the crop: the levelled mesh's square and a margin, or five landmarks laid on a template (eyes, nose, mouth corners; pixels of the crop). */
  align: { kind: 'mesh-square'; margin: number } | { kind: 'five-points'; template: [number, number][] };
  /** Embeds the crop and its mirror image, and adds the two. */
  mirrored: boolean;
  /** A candidate whose embedding has a smaller cosine than this to the mean of many faces is no face; null: that is not known of this model. */
  minLikeness: number | null;
  /** An operator's own model; null: Human's faceres. */
  own: OwnModel | null;
}

/** An operator's ONNX file and what it wants to be fed: (byte - mean[channel]) * scale. */
export interface OwnModel {
  file: string;
  order: 'rgb' | 'bgr';
  mean: number[];
  scale: number;
  layout: 'nchw' | 'nhwc';
}

/** HSE-FaceRes as docs/seeing.md found it best: the square around the levelled mesh and 40 % more, averaged with the mirror image. */
export const faceres: EmbeddingModel = {
  id: 'faceres-bgr-mesh140-mirror-1',
  side: 224,
  align: { kind: 'mesh-square', margin: 0.4 },
  mirrored: true,
  minLikeness: 0.4,
  own: null,
};

/** The small file that describes an operator's own model; docs/seeing.md explains it. */
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

/** Reads the description of an operator's own model; `file` is relative to it. Rejects with `embedding-model-invalid`, saying why. */
export async function readEmbeddingModel(path: string): Promise<EmbeddingModel> {
  try {
    const { id, file, side, template, mirrored, minLikeness, ...feed } = descriptionSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const own = { file: resolve(dirname(path), file), ...feed };
    return { id, side, align: { kind: 'five-points', template }, mirrored, minLikeness: minLikeness ?? null, own };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new AppError('embedding-model-invalid', `the embedding model's description cannot be used: ${why}`, { cause: error });
  }
}
