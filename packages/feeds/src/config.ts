import { z } from 'zod';

/** The variables of every process that knows feeds. */
export const feedsEnv = {
  /** The YAML file with the feeds; docs/feeds.md. */
  FEEDS_FILE: z.string().trim().optional(),
};
