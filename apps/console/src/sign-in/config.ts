import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** How people sign in. */
export const signInEnv = {
  /** Whoever knows it is an admin of the console. */
  CONSOLE_PASSWORD: z.string().min(12, 'must have at least 12 characters').optional(),
};

/** Without any way to sign in the console does not start. */
export const signInFaults = (config: ConfigOf<typeof signInEnv>): string[] =>
  config.CONSOLE_PASSWORD === undefined ? ['CONSOLE_PASSWORD must be set: without it nobody could sign in'] : [];
