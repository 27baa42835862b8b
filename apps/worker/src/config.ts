import { commonEnv, galleryFaults, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { galleryEnv, galleryIndexFaults } from '@watchpost/gallery/settings';
import { parseEnv, wholeNumber, type Env } from '@watchpost/shared/config/parse-env';
import { slackEnv } from '@watchpost/slack/config';
import { seeEnv } from '@watchpost/see/config';

/** Every variable that the worker reads; docs/configuration.md explains them. */
export const workerEnv = {
  ...commonEnv,
  ...storageEnv,
  ...slackEnv,
  ...galleryEnv,
  ...seeEnv,
  /** Of the health endpoint; 0 takes a free one, for several workers on one machine. */
  WORKER_PORT: wholeNumber(0, 65_535).default(5_001),
  /** Snapshots in work at a time: downloads and inference overlap. */
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(4),
  /** Larger files are refused before they are read. */
  MAX_FILE_BYTES: wholeNumber(1_024, 1_073_741_824).default(33_554_432),
  /** With so many of a camera's last snapshots a new one is compared before any inference. */
  SAME_FRAME_LOOKBACK: wholeNumber(0, 50).default(5),
  /** And only with those at most so old; an hour at most, for as long fingerprints are kept. */
  SAME_FRAME_WINDOW_MS: wholeNumber(0, 3_600_000).default(600_000),
};

export type WorkerConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` with every fault in it. */
export function loadConfig(env: Env) {
  return parseEnv(env, workerEnv, (config) => [...queueFaults(config), ...galleryFaults(config), ...galleryIndexFaults(config)]);
}
