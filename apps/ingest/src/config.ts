import { camerasEnv } from '@watchpost/cameras/config';
import { feedsEnv } from '@watchpost/feeds/config';
import { commonEnv, hostEnv, portEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { mergeEnv, parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { platforms } from './platforms/platforms.ts';

/** Every variable that ingest reads; docs/configuration.md explains them. */
export const ingestEnv = {
  ...commonEnv,
  ...storageEnv,
  ...camerasEnv,
  ...feedsEnv,
  ...mergeEnv(platforms),
  PORT: portEnv.PORT,
  ...hostEnv,
};

export type IngestConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` naming every fault. */
export function loadConfig(env: Env) {
  return parseEnv(env, ingestEnv, (config) => [...platforms.flatMap(({ faults }) => faults(config)), ...queueFaults(config)]);
}
