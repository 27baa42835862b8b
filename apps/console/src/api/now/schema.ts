import { z } from 'zod';

/** A person as a page names it. */
export const somebodySchema = z.object({ id: z.string(), name: z.string() });

/** A face of a snapshot, from 0. Its picture: `/api/pictures/SNAPSHOT/faces/POSITION`. */
const faceSchema = z.object({ snapshotId: z.string(), position: z.number().int() });

export const visitorSchema = z.object({
  number: z.number().int(),
  standing: z.enum(['named', 'unknown', 'ignored', 'uncertain']),
  /** Null while nobody's name is sure. */
  person: somebodySchema.nullable(),
  /** Whom somebody uncertain, or an unknown, could be. */
  could: somebodySchema.nullable(),
  contradictory: z.boolean(),
  /** Cosine, at best. */
  similarity: z.number().nullable(),
  sureness: z.enum(['said', 'sure', 'very likely', 'likely']).nullable(),
  isNew: z.boolean(),
  saidBy: z.string().nullable(),
  /** In how many snapshots. */
  faces: z.number().int(),
  best: faceSchema,
  /** Pixels. */
  sizePx: z.number(),
  /** Whom readers said that it is not. */
  not: z.array(somebodySchema),
});
export type VisitorOfPage = z.infer<typeof visitorSchema>;

export const visitOfPageSchema = z.object({
  id: z.string(),
  channel: z.string(),
  camera: z.string().nullable(),
  /** When its first and its last snapshot were taken, milliseconds since 1970. */
  fromMs: z.number(),
  toMs: z.number(),
  snapshots: z.number().int(),
  bestSnapshotId: z.string().nullable(),
  verdict: z.enum(['open', 'post', 'digest', 'never', 'cooldown']),
  visitors: z.array(visitorSchema),
  /** Faces that nobody can tell apart. */
  tooFar: z.number().int(),
  tooUnclear: z.number().int(),
  /** Whether it goes on: another snapshot would join it now. */
  isGoingOn: z.boolean(),
});
export type VisitOfPage = z.infer<typeof visitOfPageSchema>;

export const visitKinds = ['named', 'unknown', 'unsure', 'ignored'] as const;
export type VisitKind = (typeof visitKinds)[number];

/** A camera in addresses: `slack:C0123/Front door`, or `slack:C0123` for a channel without cameras. */
export const placeSchema = z
  .string()
  .regex(/^[a-z]+:[^/]+(\/.+)?$/, 'must be a channel, such as slack:C0123, or a channel, a slash, and a camera');

export const visitsQuerySchema = z.object({
  camera: placeSchema.optional(),
  /** With somebody of this kind. */
  kind: z.enum(visitKinds).optional(),
  /** `next` of the page before. */
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const visitsPageSchema = z.object({
  /** The newest first. */
  items: z.array(visitOfPageSchema),
  /** Where the next page begins; null: there is none. */
  next: z.string().nullable(),
});
export type VisitsPage = z.infer<typeof visitsPageSchema>;

/** What somebody says about a face, or about all faces of a visitor. `subject`: the person whom the page showed. */
export const sayingSchema = z.discriminatedUnion('say', [
  z.object({ say: z.literal('is'), person: z.union([z.object({ id: z.string() }), z.object({ name: z.string().min(1).max(400) })]) }),
  z.object({ say: z.literal('not'), subject: z.string() }),
  z.object({ say: z.literal('ignore'), subject: z.string() }),
  z.object({ say: z.literal('unignore'), subject: z.string() }),
  z.object({ say: z.literal('no-face') }),
]);
export type Saying = z.infer<typeof sayingSchema>;

export const saidSchema = z.object({
  /** The changes that were made, oldest first: what undoes them wants all of them. */
  entries: z.array(z.string()),
  /** `2 is Ada`. */
  summary: z.string(),
});
export type Said = z.infer<typeof saidSchema>;

export const undoSchema = z.object({ entries: z.array(z.string().min(6)).min(1).max(100) });

export const cameraNameSchema = z.object({ channel: z.string(), camera: z.string().nullable(), place: z.string() });
export const camerasOfPageSchema = z.object({ cameras: z.array(cameraNameSchema) });
export type CameraNameOfPage = z.infer<typeof cameraNameSchema>;

export const namesSchema = z.object({ people: z.array(somebodySchema.extend({ status: z.enum(['named', 'unknown', 'ignored']) })) });
