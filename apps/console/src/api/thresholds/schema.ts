import { z } from 'zod';
import { placeSchema } from '../now/schema.ts';

/** As STRANGERS_NAMED_ONE_IN may be. */
export const oneInSchema = z.coerce.number().int().min(20).max(1_000_000);

export const tryQuerySchema = z.object({
  /** Of so many strangers one may be given a name. */
  oneIn: oneInSchema,
  camera: placeSchema.optional(),
  /** Of the last so many hours; absent: of all that is kept. */
  hours: z.coerce.number().int().min(1).max(87_600).optional(),
  /** `next` of the page before. */
  after: z.string().max(400).optional(),
  /** Snapshots of this page. */
  limit: z.coerce.number().int().min(1).max(1_000).default(250),
});

/** What the rules make of a face: a person's, nobody's for sure, a stranger's. */
const triedSchema = z.enum(['person', 'uncertain', 'stranger']);
const namedSchema = z.object({ id: z.string(), name: z.string(), status: z.enum(['named', 'unknown', 'ignored']) });

export const changedDecisionSchema = z.object({
  snapshotId: z.string(),
  position: z.number().int(),
  /** Where in the picture, pixels. */
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  channel: z.string(),
  camera: z.string().nullable(),
  takenAtMs: z.number(),
  /** With the value that holds now, and with the one that is tried. */
  before: triedSchema,
  after: triedSchema,
  /** The most similar person. */
  best: namedSchema,
  similarity: z.number(),
  sizePx: z.number(),
  quality: z.number(),
  /** Of so many strangers one is so similar to anybody. */
  strangersOneIn: z.number(),
  /** What readers said of it: `right`: it is that person. `wrong`: it is not. Null: nobody said anything. */
  said: z.enum(['right', 'wrong']).nullable(),
});
export type ChangedDecision = z.infer<typeof changedDecisionSchema>;

const talliesSchema = z.object({
  /** Faces that were tried. */
  faces: z.number().int(),
  /** Of these a name would be shown. */
  named: z.number().int(),
  /** Of those about which readers said whose they are: a right name is shown, a wrong one is. */
  right: z.number().int(),
  wrong: z.number().int(),
});
export type Tallies = z.infer<typeof talliesSchema>;

export const triedPageSchema = z.object({
  changed: z.array(changedDecisionSchema),
  before: talliesSchema,
  after: talliesSchema,
  /** Readers said of so many whose they are. */
  said: z.object({ right: z.number().int(), wrong: z.number().int() }),
  /** Snapshots that were looked at, and faces that cannot be tried: nothing was compared, or an earlier release decided. */
  snapshots: z.number().int(),
  untried: z.number().int(),
  /** When the oldest of this page was taken, milliseconds since 1970; null: there was none. */
  oldestMs: z.number().nullable(),
  next: z.string().nullable(),
});
export type TriedPage = z.infer<typeof triedPageSchema>;

const lineSchema = z.object({ sizePx: z.number(), match: z.number(), uncertain: z.number() });
export const linesSchema = z.object({
  /** How large the gallery is now. */
  persons: z.number().int(),
  faces: z.number().int(),
  /** The cosines that it takes, of a face of this size to a reference of full size. */
  lines: z.array(lineSchema),
  /** For all cameras that have no value of their own, and where that comes from. */
  oneIn: z.number(),
  /** Of the camera that was asked about. */
  here: z.number(),
  from: z.enum(['default', 'file', 'console']),
});
export type RiskLines = z.infer<typeof linesSchema>;
