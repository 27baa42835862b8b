import { camerasEnv } from '@watchpost/cameras/config';
import { feedsEnv } from '@watchpost/feeds/config';
import { commonEnv, hostEnv, portEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { convertEnv } from '@watchpost/convert/config';
import { messageKeyEnv } from '@watchpost/rules/config';
import { publicUrlEnv } from '@watchpost/shared/config/common';
import { tracingEnv } from '@watchpost/shared/config/tracing';
import { mergeEnv, parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { platformsMissing } from '@watchpost/shared/chat/platforms-missing';
import { platforms } from './platforms/platforms.ts';
import { quotesEnv } from './quotes/config.ts';

/** Every variable that ingest reads; docs/configuration.md explains them. */
export const ingestEnv = {
  ...commonEnv,
  ...storageEnv,
  ...camerasEnv,
  ...feedsEnv,
  ...messageKeyEnv,
  ...publicUrlEnv,
  ...mergeEnv(platforms),
  CONVERT_KEEP_HOURS: convertEnv.CONVERT_KEEP_HOURS,
  ...quotesEnv,
  PORT: portEnv.PORT,
  ...hostEnv,
  ...tracingEnv,
};

export type IngestConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` naming every fault. */
export function loadConfig(env: Env) {
  return parseEnv(env, ingestEnv, (config) => [
    ...platforms.flatMap(({ faults }) => faults(config)),
    ...platformsMissing(platforms, config),
    ...queueFaults(config),
  ]);
}
