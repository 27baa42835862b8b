import { camerasEnv } from '@watchpost/cameras/config';
import { feedsEnv } from '@watchpost/feeds/config';
import { retentionEnv } from '@watchpost/privacy/retention/settings';
import { commonEnv, galleryFaults, hostEnv, portEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
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
  CONSOLE_PORT: portEnv.CONSOLE_PORT,
  ...hostEnv,
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
