import { z } from 'zod';
import { logLevels } from '../observability/logger.ts';
import { wholeNumber } from './parse-env.ts';

/** What every process reads. */
export const commonEnv = {
  LOG_LEVEL: z.enum(logLevels).default('info'),
  /** Time that running work has to finish after SIGTERM. */
  SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000).default(20_000),
};

/** Where the queue and the gallery live. A URL chooses its adapter; see `storageFaults` for what may be left out. */
export const storageEnv = {
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  MONGO_CONNECTION_STRING: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must be a mongodb:// or mongodb+srv:// URL')
    .optional(),
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
};

/** The parsed `storageEnv`. */
export interface StorageConfig {
  REDIS_URL?: string | undefined;
  MONGO_CONNECTION_STRING?: string | undefined;
  POSTGRES_URL?: string | undefined;
}

/** Queue: Redis, else PostgreSQL. `npm start` starts an embedded PostgreSQL where neither is set; a process on its own needs one. */
export function queueFaults(config: StorageConfig): string[] {
  return config.REDIS_URL || config.POSTGRES_URL ? [] : ['REDIS_URL or POSTGRES_URL must be set for the queue (npm start brings its own)'];
}

/** Gallery: MongoDB, else PostgreSQL. */
export function galleryFaults(config: StorageConfig): string[] {
  return config.MONGO_CONNECTION_STRING || config.POSTGRES_URL
    ? []
    : ['MONGO_CONNECTION_STRING or POSTGRES_URL must be set for the gallery (npm start brings its own)'];
}
