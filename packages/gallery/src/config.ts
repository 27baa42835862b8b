import { z } from 'zod';
import { wholeNumber } from '@watchpost/shared/config/parse-env';

/** How the gallery searches, and how long it keeps what nobody asked it to keep. */
export const galleryEnv = {
  /** Where faces are searched: in memory, or by MongoDB's `$vectorSearch` (mongot). */
  GALLERY_INDEX: z.enum(['memory', 'mongot']).default('memory'),
  /** Unknowns that nobody named, after they were last seen. */
  UNKNOWN_KEEP_DAYS: wholeNumber(1, 3_650).default(90),
  /** Who was seen where and when. */
  SIGHTINGS_KEEP_DAYS: wholeNumber(1, 3_650).default(30),
};

/** The parsed `galleryEnv`. */
export interface GalleryConfig {
  GALLERY_INDEX: 'memory' | 'mongot';
  UNKNOWN_KEEP_DAYS: number;
  SIGHTINGS_KEEP_DAYS: number;
}

/** `$vectorSearch` is MongoDB's. */
export function galleryIndexFaults(config: { GALLERY_INDEX?: string; MONGO_CONNECTION_STRING?: string | undefined }): string[] {
  return config.GALLERY_INDEX === 'mongot' && !config.MONGO_CONNECTION_STRING
    ? ['GALLERY_INDEX=mongot needs MONGO_CONNECTION_STRING: only MongoDB has it']
    : [];
}
