import { galleryEnv } from '@watchpost/gallery/config';
import { parseEnv, wholeNumber, type Env } from '@watchpost/shared/config/parse-env';
import { privacyEnv } from '../config.ts';
import type { RetentionSettings } from './data-class.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The variables that say how long something is kept, whichever process reads them. */
export const retentionEnv = {
  SIGHTINGS_KEEP_DAYS: galleryEnv.SIGHTINGS_KEEP_DAYS,
  UNKNOWN_KEEP_DAYS: galleryEnv.UNKNOWN_KEEP_DAYS,
  NAMED_KEEP_DAYS: galleryEnv.NAMED_KEEP_DAYS,
  AUDIT_KEEP_DAYS: galleryEnv.AUDIT_KEEP_DAYS,
  RECORDS_KEEP_DAYS: privacyEnv.RECORDS_KEEP_DAYS,
  POSTS_KEEP_DAYS: privacyEnv.POSTS_KEEP_DAYS,
  FAILED_JOBS_KEEP_DAYS: privacyEnv.FAILED_JOBS_KEEP_DAYS,
  /** As packages/rules, packages/talk and packages/convert read them. */
  RULES_KEEP_DAYS: wholeNumber(1, 3_650).default(90),
  TALK_KEEP_DAYS: wholeNumber(1, 36_500).optional(),
  CONVERT_KEEP_HOURS: wholeNumber(1, 720).default(24),
};

type RetentionConfig = ReturnType<typeof readConfig>;
const readConfig = (env: Env) => parseEnv(env, retentionEnv);

/** The settings of an environment. Throws `config-invalid`. */
export const readRetention = (env: Env): RetentionSettings => retentionSettings(readConfig(env));

export function retentionSettings(config: RetentionConfig): RetentionSettings {
  const days = (count: number | undefined): number | null => (count === undefined ? null : count * dayMs);
  return {
    sightingsMs: config.SIGHTINGS_KEEP_DAYS * dayMs,
    unknownMs: config.UNKNOWN_KEEP_DAYS * dayMs,
    namedMs: days(config.NAMED_KEEP_DAYS),
    auditMs: config.AUDIT_KEEP_DAYS * dayMs,
    recordsMs: config.RECORDS_KEEP_DAYS * dayMs,
    postsMs: days(config.POSTS_KEEP_DAYS),
    failedJobsMs: config.FAILED_JOBS_KEEP_DAYS * dayMs,
    rulesMs: config.RULES_KEEP_DAYS * dayMs,
    talkMs: days(config.TALK_KEEP_DAYS),
    convertMs: config.CONVERT_KEEP_HOURS * hourMs,
  };
}
