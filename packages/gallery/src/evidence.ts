import { z } from 'zod';

/** Which rules made a decision: raised when `decide` would decide otherwise from the same evidence. */
export const decisionRules = 2;

const similarPersonSchema = z.object({
  personId: z.string(),
  /** The person's reference that is nearest to the face. */
  faceId: z.string(),
  /** Cosine. */
  similarity: z.number(),
  /** The chance that a stranger's face is so similar to one reference. Null in evidence of the first rules. */
  falseMatchRate: z.number().nullable().default(null),
  /** How much likelier one person was than two. Null in evidence of the first rules. */
  likelihoodRatio: z.number().nullable().default(null),
});

/** What a decision was made of, so that it can be explained, and tried again in a gallery of another size. */
export const evidenceSchema = z.object({
  /** The most similar person whom no negative excluded. */
  best: similarPersonSchema.nullable(),
  /** The rival that contested the best person, or the next person if there was no rival. */
  second: similarPersonSchema.nullable(),
  /** Of the most similar person, excluded or not: cosine to the nearest negative; null if there was none near. */
  negative: z.number().nullable(),
  /** With whom the face was compared: `comparisons` are the independent ones, for references of one person are alike. Null in evidence of the first rules. */
  compared: z.object({ persons: z.number(), faces: z.number(), comparisons: z.number() }).nullable().default(null),
  /** The cosines that a match and an uncertain face needed, and by how much the best had to be above a rival: at the sizes of the face and of the nearest reference. */
  match: z.number(),
  uncertain: z.number(),
  margin: z.number(),
  rules: z.number().int(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
