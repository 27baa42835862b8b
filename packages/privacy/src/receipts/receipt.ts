import { z } from 'zod';

const countSchema = z.object({ found: z.number(), erased: z.number(), left: z.number(), why: z.string().nullable() });

/**
 * What became of a wish to be forgotten. `pending`: it can still be undone. `erasing`: it is due, and something is left. `done`: nothing is
 * left. `verified`: a second look, a minute later, found nothing either.
 */
export const receiptStates = ['pending', 'erasing', 'done', 'verified'] as const;

export const receiptSchema = z.object({
  v: z.literal(1),
  state: z.enum(receiptStates),
  /** By the database's clock, milliseconds since 1970, as all times here. */
  acceptedAtMs: z.number(),
  /** Until then it can be undone. */
  dueAtMs: z.number(),
  doneAtMs: z.number().nullable(),
  verifiedAtMs: z.number().nullable(),
  /** The gallery's version by which the person was gone: a process that knows it has dropped them. */
  version: z.number(),
  /** Empty once it is verified. */
  personIds: z.array(z.string()),
  faceIds: z.array(z.string()),
  /** By the name of the place. */
  places: z.record(z.string(), countSchema),
  /** When it is looked at next, and how often it was looked at in vain. */
  nextLookAtMs: z.number(),
  looks: z.number(),
});
export type ReceiptBody = z.infer<typeof receiptSchema>;
export type PlaceCount = z.infer<typeof countSchema>;

/** A receipt with its id: the audit entry's of the wish. */
export type Receipt = ReceiptBody & { id: string };
