import { z } from 'zod';

/** A picture to be decoded in every way. Sent with `serialization: 'advanced'`. */
export interface PictureOrder {
  seed: number;
  bytes: Uint8Array;
}

/** How a picture fared in one way: a picture (`code` null), an error's code, or `odd`: a picture that makes no sense. */
const outcomeSchema = z.object({
  way: z.enum(['see', 'scene', 'fingerprint', 'annotate']),
  code: z.string().nullable(),
  message: z.string(),
  tookMs: z.number(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const pictureReplySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('done'), seed: z.number(), outcomes: z.array(outcomeSchema), rssBytes: z.number() }),
]);
export type PictureReply = z.infer<typeof pictureReplySchema>;
