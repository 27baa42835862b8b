import { wholeNumber } from './parse-env.ts';

/** How long the gallery keeps what nobody asked it to keep. */
export const galleryEnv = {
  /** Unknowns that nobody named, after they were last seen. */
  UNKNOWN_KEEP_DAYS: wholeNumber(1, 3_650).default(90),
  /** Who was seen where and when. */
  SIGHTINGS_KEEP_DAYS: wholeNumber(1, 3_650).default(30),
};

/** The parsed `galleryEnv`. */
export interface GalleryConfig {
  UNKNOWN_KEEP_DAYS: number;
  SIGHTINGS_KEEP_DAYS: number;
}
