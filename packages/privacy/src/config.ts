import { z } from 'zod';
import { wholeNumber } from '@watchpost/shared/config/parse-env';

const dayMs = 86_400_000;

/** How long what nobody asked to keep stays, and what of people is shown; docs/privacy.md explains each. */
export const privacyEnv = {
  /** How each snapshot was processed. No longer than it is kept at most. */
  RECORDS_KEEP_DAYS: wholeNumber(1, 30).default(30),
  /** After so many days watchpost deletes its own posts with their pictures; absent: never. */
  POSTS_KEEP_DAYS: wholeNumber(1, 36_500).optional(),
  /** Jobs that failed for good are removed after so many days. */
  FAILED_JOBS_KEEP_DAYS: wholeNumber(1, 7).default(7),
  /** `off`: no pictures of faces are kept in the database. */
  KEEP_CROPS: z.enum(['on', 'off']).default('on'),
  /** What becomes of posts that show somebody who is forgotten: said again without the name, or deleted. */
  FORGET_POSTS: z.enum(['redraw', 'delete']).default('redraw'),
  /** `name`: somebody's name is shown only while they consent. */
  REQUIRE_CONSENT: z.enum(['off', 'name']).default('off'),
  /** Whose faces are made unrecognisable in the pictures of posts: nobody's, those of strangers, or those of all who have no name. */
  BLUR_BYSTANDERS: z.enum(['off', 'strangers', 'all-but-named']).default('off'),
};

export type PrivacyConfig = z.output<z.ZodObject<typeof privacyEnv>>;

/** The settings as durations. Milliseconds; null: never. */
export interface PrivacySettings {
  recordsMs: number;
  postsMs: number | null;
  failedJobsMs: number;
  keepsCrops: boolean;
  forgetPosts: 'redraw' | 'delete';
  requireConsent: boolean;
}

export function privacySettings(config: PrivacyConfig): PrivacySettings {
  return {
    recordsMs: config.RECORDS_KEEP_DAYS * dayMs,
    postsMs: config.POSTS_KEEP_DAYS === undefined ? null : config.POSTS_KEEP_DAYS * dayMs,
    failedJobsMs: config.FAILED_JOBS_KEEP_DAYS * dayMs,
    keepsCrops: config.KEEP_CROPS === 'on',
    forgetPosts: config.FORGET_POSTS,
    requireConsent: config.REQUIRE_CONSENT === 'name',
  };
}
