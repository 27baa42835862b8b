import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** Variables that only the launcher reads; docs/configuration.md explains them. */
export const standaloneEnv = {
  /** Folder of the embedded database. */
  DATA_DIR: z.string().trim().default('./data'),
};

export const dataDirOf = (env: Env): string => parseEnv(env, standaloneEnv).DATA_DIR;

/** A variable that one of the processes reads too: its value, or the default if it is unset or invalid. The process reports the fault. */
export function valueOrDefault<T>(schema: z.ZodType<T>, text: string | undefined): T {
  const parsed = schema.safeParse(text?.trim() || undefined);
  return parsed.success ? parsed.data : schema.parse(undefined);
}
