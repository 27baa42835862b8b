import { commonEnv, portEnv } from '@watchpost/shared/config/common';
import { parseEnv, type ConfigOf, type Env } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** Variables that only the launcher reads; docs/configuration.md explains them. */
export const standaloneEnv = {
  /** Folder of the embedded database. */
  DATA_DIR: z.string().trim().default('./data'),
};

const launcherEnv = { ...commonEnv, ...portEnv, ...standaloneEnv };
export type LauncherConfig = ConfigOf<typeof launcherEnv>;

/** What the launcher reads itself; ingest and worker check the rest. Throws `config-invalid`. */
export const loadLauncherConfig = (env: Env): LauncherConfig => parseEnv(env, launcherEnv);

export const dataDirOf = (env: Env): string => parseEnv(env, standaloneEnv).DATA_DIR;

export const isSet = (env: Env, name: string): boolean => Boolean(env[name]?.trim());
