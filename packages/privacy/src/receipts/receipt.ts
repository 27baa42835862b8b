import { z } from 'zod';

const countSchema = z.object({ found: z.number(), erased: z.number(), left: z.number(), why: z.string().nullable() });

/**
 * What became of a wish to be forgotten. `pending`: it can still be undone. `erasing`: it is due, and something is left, or could not be
 * looked at. `done`: nothing is left. `verified`: a second look, a minute later, found nothing either. `settled`: an operator has said what
 * becomes of what is left in the chat; nobody looks any more.
 */
export const receiptStates = ['pending', 'erasing', 'done', 'verified', 'settled'] as const;

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
  /** Empty once it is verified or settled, as the ids of faces. */
  personIds: z.array(z.string()),
  faceIds: z.array(z.string()),
  /** All that they were called: what is found by name is found although the gallery has erased the names. Empty as soon as nothing is found by it. */
  names: z.array(z.string()).default([]),
  /** Since when nothing is found by name. */
  unnamedSinceMs: z.number().exactOptional(),
  /** By the name of the place. */
  places: z.record(z.string(), countSchema),
  /** Who settled it, an actor's id, and why. */
  settled: z.object({ atMs: z.number(), by: z.string(), note: z.string() }).exactOptional(),
  /** When it is looked at next, and how often it was looked at in vain. */
  nextLookAtMs: z.number(),
  looks: z.number(),
});
export type ReceiptBody = z.infer<typeof receiptSchema>;
/** What there was in one place. `why`: something is left, or nobody could look; in words. */
export type PlaceCount = z.infer<typeof countSchema>;

/** A receipt as people read it, without the names. Its id is that of the wish's audit entry. */
export type Receipt = Omit<ReceiptBody, 'names'> & { id: string };
