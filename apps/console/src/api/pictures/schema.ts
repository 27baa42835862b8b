import { z } from 'zod';

const personSchema = z.object({ id: z.string(), name: z.string(), status: z.enum(['named', 'unknown', 'ignored']) });

const comparedSchema = z.object({
  personId: z.string(),
  /** As the person is called now; null: removed since. */
  name: z.string().nullable(),
  /** Cosine. */
  similarity: z.number(),
  /** The chance that a stranger is so similar to one reference. */
  falseMatchRate: z.number().nullable(),
  /** How much likelier one person is than two. */
  likelihoodRatio: z.number().nullable(),
});

export const evidenceOfPageSchema = z.object({
  best: comparedSchema.nullable(),
  second: comparedSchema.nullable(),
  negative: z.number().nullable(),
  compared: z.object({ persons: z.number(), faces: z.number(), comparisons: z.number() }).nullable(),
  /** Cosines at the sizes of this face and the reference. */
  match: z.number(),
  uncertain: z.number(),
  margin: z.number(),
  /** Of how many strangers one is so similar to anybody in the gallery as it was then. */
  strangersOneIn: z.number().nullable(),
});

export const faceOfPictureSchema = z.object({
  position: z.number().int(),
  /** Pixels of the picture, see `width` and `height`. */
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  decision: z.enum(['match', 'uncertain', 'unknown', 'unrecognisable']),
  person: personSchema.nullable(),
  mayBe: z.string().nullable(),
  similarity: z.number().nullable(),
  /** 0..1. */
  quality: z.number(),
  sizePx: z.number(),
  saidBy: z.string().nullable(),
  evidence: evidenceOfPageSchema.nullable(),
  /** Why the decision fell, in a few sentences. */
  reasons: z.array(z.string()),
});
export type FaceOfPicture = z.infer<typeof faceOfPictureSchema>;

export const pictureSchema = z.object({
  snapshotId: z.string(),
  channel: z.string(),
  camera: z.string().nullable(),
  /** Milliseconds since 1970. */
  takenAtMs: z.number(),
  /** What came of it; null: it is being worked on. */
  outcome: z.string().nullable(),
  /** The code and the message of what went wrong. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** In which the boxes are, pixels; null: it was not looked at. */
  width: z.number().nullable(),
  height: z.number().nullable(),
  visitId: z.string().nullable(),
  /** Of so many strangers one may be given a name at this camera. */
  strangersNamedOneIn: z.number(),
  faces: z.array(faceOfPictureSchema),
});
export type PictureOfPage = z.infer<typeof pictureSchema>;
