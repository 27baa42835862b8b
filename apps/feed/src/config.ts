import { feedsEnv } from '@watchpost/feeds/config';
import { commonEnv, galleryFaults, hostEnv, portEnv, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, wholeNumber, type Env } from '@watchpost/shared/config/parse-env';

/** Every variable that the feed process reads; docs/configuration.md explains them. It has no token of any platform, and no key. */
export const feedEnv = {
  ...commonEnv,
  ...storageEnv,
  ...feedsEnv,
  FEED_PORT: portEnv.FEED_PORT,
  ...hostEnv,
  /** How many readers may follow feeds at the same time; each takes about 15 kB. */
  FEED_MAX_READERS: wholeNumber(1, 100_000).default(10_000),
};

export type FeedConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` naming every fault. */
export function loadConfig(env: Env) {
  return parseEnv(env, feedEnv, galleryFaults);
}
