import { camerasEnv } from '@watchpost/cameras/config';
import { commonEnv, galleryFaults, hostEnv, portEnv, publicUrlEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { fingerprintsKeepMs } from '@watchpost/gallery/records/snapshot-record';
import { feedsEnv } from '@watchpost/feeds/config';
import { galleryEnv, galleryIndexFaults } from '@watchpost/gallery/config';
import { parseEnv, wholeNumber, type Env } from '@watchpost/shared/config/parse-env';
import { tracingEnv } from '@watchpost/shared/config/tracing';
import { concurrencyEnv } from '@watchpost/shared/jobs/job-kind';
import { rulesEnv } from '@watchpost/rules/config';
import { seeEnv } from '@watchpost/see/config';
import { convertEnv } from '@watchpost/convert/config';
import { mailEnv, mailFaults } from '@watchpost/mail/config';
import { outsideEnv } from '@watchpost/outside/config';
import { scheduleEnv } from '@watchpost/schedule/config';
import { talkEnv } from '@watchpost/talk/config';
import { privacyEnv } from '@watchpost/privacy/config';
import { platformEnv, platformFaults } from './platforms.ts';

/** Every variable that the worker reads; docs/configuration.md explains them. */
export const workerEnv = {
  ...commonEnv,
  ...storageEnv,
  ...platformEnv,
  ...galleryEnv,
  ...seeEnv,
  ...camerasEnv,
  ...rulesEnv,
  ...feedsEnv,
  ...talkEnv,
  ...outsideEnv,
  ...convertEnv,
  ...scheduleEnv,
  ...mailEnv,
  ...privacyEnv,
  ...publicUrlEnv,
  ...concurrencyEnv,
  ...hostEnv,
  ...tracingEnv,
  WORKER_PORT: portEnv.WORKER_PORT,
  /** Larger files are refused before they are read. */
  MAX_FILE_BYTES: wholeNumber(1_024, 1_073_741_824).default(33_554_432),
  /** Older snapshots are skipped while those that wait would take longer than this; 0: none is skipped. */
  FRESHNESS_MS: wholeNumber(0, 86_400_000).default(600_000),
  /** How much of the downloaded files is kept in memory for their posts; 0: nothing. */
  KEEP_FILES_BYTES: wholeNumber(0, 1_073_741_824).default(33_554_432),
  /** How long a downloaded file is kept at most. */
  KEEP_FILES_MS: wholeNumber(0, 600_000).default(60_000),
  /** How many recent snapshots of the same camera to compare with before any inference. */
  SAME_FRAME_LOOKBACK: wholeNumber(0, 50).default(5),
  /** How old those may be: an hour at most, because fingerprints are kept no longer. */
  SAME_FRAME_WINDOW_MS: wholeNumber(0, fingerprintsKeepMs).default(600_000),
};

export type WorkerConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` naming every fault. */
export function loadConfig(env: Env) {
  return parseEnv(env, workerEnv, (config) => [
    ...platformFaults(config),
    ...mailFaults(config),
    ...queueFaults(config),
    ...galleryFaults(config),
    ...galleryIndexFaults(config),
  ]);
}
