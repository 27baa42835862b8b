import { z } from 'zod';

/** Which rules made a decision: raised when `decide` would decide otherwise from the same evidence. */
export const decisionRules = 1;

const similarPersonSchema = z.object({
  personId: z.string(),
  /** The person's reference that is nearest to the face. */
  faceId: z.string(),
  /** Cosine. */
  similarity: z.number(),
});

/** What a decision was made of, so that it can be explained, and tried again with other thresholds. */
export const evidenceSchema = z.object({
  /** The most similar person whom no negative excluded. */
  best: similarPersonSchema.nullable(),
  /** The rival that contested the best person, or the next person if there was no rival. */
  second: similarPersonSchema.nullable(),
  /** Of the most similar person, excluded or not: cosine to the nearest negative; null if there was none near. */
  negative: z.number().nullable(),
  /** The thresholds at the face's size. */
  match: z.number(),
  uncertain: z.number(),
  margin: z.number(),
  rules: z.number().int(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
