import { commonEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, wholeNumber, type Env } from '@watchpost/shared/config/parse-env';
import { slackEnv, slackIntakeEnv, slackIntakeFaults } from '@watchpost/slack/config';
import { z } from 'zod';
import { compileCaptionPattern, defaultCaptionPattern } from './platforms/slack/camera-name.ts';

/** Every variable that ingest reads; docs/configuration.md explains them. */
export const ingestEnv = {
  ...commonEnv,
  ...storageEnv,
  ...slackEnv,
  ...slackIntakeEnv,
  PORT: wholeNumber(0, 65_535).default(5_000),
  /** The address to listen on. */
  HOST: z.string().trim().default('0.0.0.0'),
  CAMERA_CAPTION_PATTERN: z
    .string()
    .transform((source, context) => {
      const pattern = compileCaptionPattern(source);
      if (pattern) return pattern;
      context.addIssue({ code: 'custom', message: 'must be a regular expression with exactly one group, around the name' });
      return z.NEVER;
    })
    .default(defaultCaptionPattern),
};

export type IngestConfig = ReturnType<typeof loadConfig>;

/** Parses the environment; throws `config-invalid` with every fault in it. */
export function loadConfig(env: Env) {
  return parseEnv(env, ingestEnv, (config) => [...slackIntakeFaults(config), ...queueFaults(config)]);
}
