import { z } from 'zod';
import { personRowSchema } from '../people/schema.ts';

export const unknownSchema = personRowSchema.extend({
  /** References to show, the clearest first: `/api/faces/{id}/crop`. */
  pictures: z.array(z.string()),
});
export type Unknown = z.infer<typeof unknownSchema>;

export const unknownGroupSchema = z.object({
  /** That of its first person. */
  id: z.string(),
  /** Who may be one person, the one seen most often first. */
  persons: z.array(unknownSchema),
  sightings: z.number(),
  lastSeenMs: z.number().nullable(),
});
export type UnknownGroup = z.infer<typeof unknownGroupSchema>;

export const unknownsQuerySchema = z.object({
  sort: z.enum(['often', 'seen']).default('often'),
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
});
export const unknownsPageSchema = z.object({
  items: z.array(unknownGroupSchema),
  next: z.string().nullable(),
  /** All unknowns. */
  unknowns: z.number(),
  groups: z.number(),
  /** Faces are being compared: some groups may be found yet. */
  comparing: z.boolean(),
});
export type UnknownsPage = z.infer<typeof unknownsPageSchema>;

export const unsureFaceSchema = z.object({
  snapshotId: z.string(),
  position: z.number(),
  takenAtMs: z.number(),
  channel: z.string(),
  camera: z.string().nullable(),
  similarity: z.number().nullable(),
  /** Where its picture is. */
  picture: z.string(),
  /** Who it may be. */
  person: personRowSchema.pick({ id: true, name: true, status: true, face: true }),
});
export type UnsureFace = z.infer<typeof unsureFaceSchema>;
export const unsurePageSchema = z.object({ items: z.array(unsureFaceSchema), next: z.string().nullable() });
