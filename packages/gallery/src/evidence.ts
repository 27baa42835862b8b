import { z } from 'zod';

const comparedSchema = z.object({ personId: z.string(), faceId: z.string(), similarity: z.number() });

/** The version of the rules in decide/: raise it when they change, so that old evidence is not read by new rules. */
export const rulesVersion = 1;

/** What a decision was made of, so that it can be explained, and tried again with other thresholds. */
export const evidenceSchema = z.object({
  /** The nearest person, and the reference that it was. */
  best: comparedSchema.nullable(),
  /** The rival or, if there was none, the next person. */
  second: comparedSchema.nullable(),
  /** Cosine to the nearest negative of the nearest person; null if it has none. */
  negative: z.number().nullable(),
  /** The thresholds at this size. */
  match: z.number(),
  uncertain: z.number(),
  margin: z.number(),
  rules: z.number(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
