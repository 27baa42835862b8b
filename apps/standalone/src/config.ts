import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** What the launcher reads beside the variables of the processes that it starts; docs/configuration.md explains it. */
export const standaloneEnv = {
  /** Folder of the embedded database. */
  DATA_DIR: z.string().trim().default('./data'),
};

export const dataDirOf = (env: Env): string => parseEnv(env, standaloneEnv).DATA_DIR;
