import { z } from 'zod';
import { snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';

export const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export const decisionSchema = z.enum(['match', 'uncertain', 'unknown', 'unrecognisable']);

/** The part of a record that databases keep as one piece; the columns beside it are what queries need. */
export const recordBodySchema = z.object({
  snapshotId: z.string(),
  job: snapshotJobSchema,
  revision: z.number().int(),
  state: z.enum(['received', 'recognised', 'posted', 'nothing-to-post', 'nothing-new', 'failed']),
  sha256: z.string().nullable(),
  sameAs: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  faces: z
    .array(
      z.object({
        box: boxSchema,
        quality: z.number(),
        decision: decisionSchema,
        personId: z.string().nullable(),
        similarity: z.number().nullable(),
      }),
    )
    .nullable(),
  upload: z
    .object({ state: z.enum(['uploaded', 'sharing', 'shared']), fileId: z.string(), messageId: z.string().exactOptional() })
    .nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  updatedAtMs: z.number(),
});
