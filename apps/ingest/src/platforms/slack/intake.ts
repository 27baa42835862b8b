import { type ConfigOf, mayBeQuoted } from '@watchpost/shared/config/parse-env';
import { createSlackCalls } from '@watchpost/slack/calls';
import { slackEnv, slackIntakeEnv, slackIntakeFaults } from '@watchpost/slack/config';
import { z } from 'zod';
import type { Intake, IntakeDeps, IntakePlatform } from '../platform.ts';
import type { SlackIdentity } from './3-to-jobs.ts';
import { compileCaptionPattern, defaultCaptionPattern } from './camera-name.ts';
import { lookUpIdentity } from './identity.ts';
import { createRecentCaptions } from './recent-captions.ts';
import { createRedeliveryCounter } from './redeliveries.ts';
import { registerSlackEvents } from './route.ts';

/** `auth.test` responds within a fraction of a second or not at all. Milliseconds. */
const slackTimeoutMs = 5_000;

const env = {
  ...slackEnv,
  ...slackIntakeEnv,
  CAMERA_CAPTION_PATTERN: z
    .string()
    .transform((source, context) => {
      const pattern = compileCaptionPattern(source);
      if (pattern) return pattern;
      context.addIssue({ code: 'custom', message: 'must be a regular expression with exactly one group, around the name' });
      return z.NEVER;
    })
    .default(defaultCaptionPattern)
    .meta(mayBeQuoted),
};

/** Slack's events over HTTP. Its identity is looked up in the background, so that ingest starts while Slack is unreachable. */
export const slackIntake: IntakePlatform<typeof env> = {
  env,
  faults: slackIntakeFaults,
  start: (config, deps, stopping) => {
    const { SLACK_API_TOKEN: token, SLACK_API_URL: apiUrl } = config;
    const lookup = lookUpIdentity(createSlackCalls({ token, apiUrl, timeoutMs: slackTimeoutMs }), deps.log, stopping);
    if (config.SLACK_APP_TOKEN) deps.log.warn('SLACK_APP_TOKEN is set, but Socket Mode is not supported yet: receiving events over HTTP');
    return { ...createSlackIntake(config, lookup.current, deps), checks: { 'slack-identity': lookup.check }, done: lookup.done };
  },
};

/** What of the configuration the routes need. */
export type SlackIntakeConfig = Pick<
  ConfigOf<typeof env>,
  'READ_SLACK_CHANNEL_ID' | 'WRITE_SLACK_CHANNEL_ID' | 'SLACK_SIGNING_SECRET' | 'SLACK_VERIFICATION_TOKEN' | 'CAMERA_CAPTION_PATTERN'
>;

/** The routes and checks. `identity`: who we are on Slack; null until `auth.test` has succeeded. */
export function createSlackIntake(config: SlackIntakeConfig, identity: () => SlackIdentity | null, deps: IntakeDeps): Intake {
  return {
    checks: { 'slack-identity': () => identity() !== null },
    register: (app) =>
      registerSlackEvents(app, {
        signingSecrets: config.SLACK_SIGNING_SECRET ?? null,
        verificationToken: config.SLACK_VERIFICATION_TOKEN ?? null,
        readChannels: new Set(config.READ_SLACK_CHANNEL_ID),
        writeChannel: config.WRITE_SLACK_CHANNEL_ID,
        captionPattern: config.CAMERA_CAPTION_PATTERN,
        captions: createRecentCaptions(),
        countRedelivery: createRedeliveryCounter(deps.metrics),
        identity,
        ...deps,
      }),
  };
}
