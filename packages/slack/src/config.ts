import { z } from 'zod';
import type { Entitled } from './entitled.ts';
import { hasCredentials, parseFileHost, slackFileHosts } from './file-hosts.ts';
import { commaList } from '@watchpost/shared/config/parse-env';
import { parseUrl } from '@watchpost/shared/parse-url';

/** Ids are compared whole, never as substrings: C01 is not C012345. */
const channelIdSchema = z
  .string()
  .trim()
  .regex(/^[CDG][A-Z0-9]+$/, 'must be a channel id such as C0123ABCD, not a name');

const fileHostSchema = z.string().transform((entry, context) => {
  const host = parseFileHost(entry);
  if (host) return host;
  context.addIssue({
    code: 'custom',
    message: 'must contain host names (files.slack.com, *.slack-edge.com) or origins (http://127.0.0.1:4003)',
  });
  return z.NEVER;
});

/** Slack's variables that ingest and worker both read. None of the first three: this installation does not use Slack. */
export const slackEnv = {
  SLACK_API_TOKEN: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]*$/, 'must be a token such as xoxb-…, without spaces or unusual characters')
    .optional(),
  /** The channels that cameras post to. */
  READ_SLACK_CHANNEL_ID: commaList.pipe(z.array(channelIdSchema)).optional(),
  /** The channel that results are posted to. */
  WRITE_SLACK_CHANNEL_ID: channelIdSchema.optional(),
  /** The channel that violations of rules are reported to. */
  ADMIN_SLACK_CHANNEL_ID: channelIdSchema.optional(),
  /** Ends in a slash. */
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .refine((url) => !parseUrl(url) || !hasCredentials(url), 'must not contain a user name or password')
    .default('https://slack.com/api/')
    .transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  /** See parseFileHost. The bot token is sent to no other host. */
  SLACK_FILE_HOSTS: commaList.pipe(z.array(fileHostSchema)).prefault(slackFileHosts.join(',')),
};

const namer = /^[UWS][A-Z0-9]+$/;

/** `everyone` in a channel, or a list of members and user groups. */
const peopleSchema = commaList
  .refine(
    (entries) => (entries.length === 1 && entries[0] === 'everyone') || entries.every((entry) => namer.test(entry)),
    'must be `everyone`, or ids of members (U0123ABCD) and user groups (S0123ABCD), comma-separated',
  )
  .transform((entries): Entitled => (entries[0] === 'everyone' ? 'everyone' : entries))
  .prefault('everyone');

/** The variables without which Slack cannot be used. */
interface SlackVariables {
  SLACK_API_TOKEN?: string | undefined;
  READ_SLACK_CHANNEL_ID?: string[] | undefined;
  WRITE_SLACK_CHANNEL_ID?: string | undefined;
}

const required = ['SLACK_API_TOKEN', 'READ_SLACK_CHANNEL_ID', 'WRITE_SLACK_CHANNEL_ID'] as const;

/** What is missing where some of Slack's variables are set. */
export function slackFaults(config: SlackVariables): string[] {
  const missing = required.filter((name) => config[name] === undefined);
  return missing.length === required.length ? [] : missing.map((name) => `${name} is not set`);
}

/** A configuration that has all of Slack's variables. */
export type CompleteSlack<C extends SlackVariables> = C & { [K in (typeof required)[number]]-?: NonNullable<C[K]> };

/** Whether an installation uses Slack: `slackFaults` has found nothing missing. */
export function usesSlack<C extends SlackVariables>(config: C): config is CompleteSlack<C> {
  return required.every((name) => config[name] !== undefined);
}

/** Slack's variables that the worker reads. */
export const slackWorkerEnv = {
  ...slackEnv,
  /** Who may name people; see Entitled. */
  NAMERS: peopleSchema,
  /** Who may manage rules and decide about violations; `everyone`: in the admin channel. */
  RULES_ADMINS: peopleSchema,
  /** An admin's token, for removing what others wrote. */
  SLACK_USER_TOKEN: z
    .string()
    .trim()
    .regex(/^xoxp-[\x21-\x7e]+$/, 'must be a user token, xoxp-…')
    .optional(),
};

/** Slack's variables that only ingest reads. */
export const slackIntakeEnv = {
  /** One secret, or two while rotating. */
  SLACK_SIGNING_SECRET: commaList.refine((secrets) => secrets.length <= 2, 'takes one secret, or two while rotating').optional(),
  SLACK_VERIFICATION_TOKEN: z.string().trim().optional(),
  SLACK_APP_TOKEN: z.string().trim().startsWith('xapp-', 'must be an app-level token, xapp-…').optional(),
};

interface SlackSecrets {
  SLACK_SIGNING_SECRET?: string[] | undefined;
  SLACK_VERIFICATION_TOKEN?: string | undefined;
  SLACK_APP_TOKEN?: string | undefined;
}

/** What comes over HTTP must be verifiable: without a secret or a token anybody could send it. Over a socket only Slack can. */
export function slackIntakeFaults(config: SlackVariables & SlackSecrets): string[] {
  const isVerifiable = Boolean(config.SLACK_SIGNING_SECRET ?? config.SLACK_VERIFICATION_TOKEN ?? config.SLACK_APP_TOKEN);
  const isUsed = isVerifiable || required.some((name) => config[name] !== undefined);
  if (!isUsed) return [];
  return [
    ...required.filter((name) => config[name] === undefined).map((name) => `${name} is not set`),
    ...(isVerifiable
      ? []
      : ['SLACK_SIGNING_SECRET must be set, or SLACK_APP_TOKEN for Socket Mode, or SLACK_VERIFICATION_TOKEN of an old app']),
  ];
}
