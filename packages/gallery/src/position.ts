import { z } from 'zod';

export const galleryPositionSchema = z.object({ epoch: z.string(), version: z.number() });
/** A place in the sequence of changes: everything up to this version of this history. */
export type GalleryPosition = z.infer<typeof galleryPositionSchema>;
