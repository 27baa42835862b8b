import { chatFileSchema } from '@watchpost/shared/chat/chat';
import type { Dialog } from '@watchpost/talk/dialogs';
import { z } from 'zod';

const fileSchema = z.object({ messageId: z.string(), file: chatFileSchema });

/** Which face of which picture: both from 0. */
const faceRefSchema = z.object({ picture: z.number().int(), face: z.number().int() });

/**
 * What a dialog about pictures knows. The pictures themselves are not kept: they are downloaded and looked at for each step. Steps:
 * `gathering` (more of an album may come), `card`, `pick` (which face), `name`, `conflict` (the face has another name), `teaching`, `done`.
 */
export const pictureDataSchema = z.object({
  /** When the first one was sent, milliseconds since 1970. */
  atMs: z.number(),
  /** When the newest one came, by the worker's clock. */
  lastAtMs: z.number(),
  files: z.array(fileSchema).min(1).max(20),
  /** How many of the annotated pictures were sent, of the question that is being answered. */
  sent: z.number().int().default(0),
  /** What a number that is offered stands for. */
  faces: z.array(faceRefSchema).default([]),
  /** The face that is learned. */
  face: faceRefSchema.nullable().default(null),
  /** People whom buttons name. */
  offered: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  /** The name that was given, and what is to be done with it. */
  given: z.string().nullable().default(null),
  how: z.enum(['enroll', 'force', 'rename', 'alias']).default('enroll'),
  /** Whom the gallery takes the face for. */
  known: z.object({ id: z.string(), name: z.string() }).nullable().default(null),
  /** Since when it is being taught, by the database's clock. */
  teachingSinceMs: z.number().nullable().default(null),
  /** Audit entries of what was done, oldest first. */
  entries: z.array(z.string()).default([]),
  /** What the card says in the end. */
  outcome: z.string().default(''),
  /** The job whose written answer this is the outcome of. */
  job: z.string().nullable().default(null),
});
export type PictureData = z.infer<typeof pictureDataSchema>;

/** A dialog about pictures. */
export interface PictureDialog extends Dialog {
  data: PictureData;
}

/** Null: another version's. */
export function asPicture(dialog: Dialog): PictureDialog | null {
  const data = pictureDataSchema.safeParse(dialog.data);
  return data.success ? { ...dialog, data: data.data } : null;
}
