import { camerasEnv } from '@watchpost/cameras/config';
import { feedsEnv } from '@watchpost/feeds/config';
import { privacyEnv } from '@watchpost/privacy/config';
import { retentionEnv } from '@watchpost/privacy/retention/settings';
import { galleryEnv } from '@watchpost/gallery/config';
import { rulesEnv } from '@watchpost/rules/config';
import { scheduleEnv } from '@watchpost/schedule/config';
import { commonEnv, galleryFaults, hostEnv, portEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { tracingEnv } from '@watchpost/shared/config/tracing';
import { platformEnv, platformFaults } from './platforms.ts';
import { signInEnv, signInFaults } from './sign-in/config.ts';

/** Every variable that the console reads; docs/configuration.md explains them. */
export const consoleEnv = {
  ...commonEnv,
  ...storageEnv,
  ...platformEnv,
  ...camerasEnv,
  ...feedsEnv,
  ...retentionEnv,
  REQUIRE_CONSENT: privacyEnv.REQUIRE_CONSENT,
  ...galleryEnv,
  MESSAGE_KEY: rulesEnv.MESSAGE_KEY,
  QUARANTINE_KEY: rulesEnv.QUARANTINE_KEY,
  RULES_KEEP_DAYS: rulesEnv.RULES_KEEP_DAYS,
  SCHEDULE_FILE: scheduleEnv.SCHEDULE_FILE,
  CONSOLE_PORT: portEnv.CONSOLE_PORT,
  ...hostEnv,
  ...tracingEnv,
  ...signInEnv,
};

export type ConsoleConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` naming every fault. */
export function loadConfig(env: Env) {
  return parseEnv(env, consoleEnv, (config) => [
    ...queueFaults(config),
    ...galleryFaults(config),
    ...platformFaults(config),
    ...signInFaults(config),
  ]);
}
