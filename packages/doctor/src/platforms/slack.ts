import { AppError } from '@watchpost/shared/errors';
import { authTest } from '@watchpost/slack/auth-test';
import { createSlackCalls, type SlackCall } from '@watchpost/slack/calls';
import { usesSlack } from '@watchpost/slack/config';
import { z } from 'zod';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';

type SlackSettings = NonNullable<DoctorConfig['slack']>;

const timeoutMs = 6_000;
const identitySchema = z.looseObject({
  user: z.string().optional().catch(undefined),
  team: z.string().optional().catch(undefined),
  response_metadata: z
    .looseObject({ scopes: z.array(z.string()).optional() })
    .optional()
    .catch(undefined),
});
const flag = z.boolean().optional().catch(undefined);
const channelSchema = z.looseObject({
  channel: z.looseObject({
    name: z.string().optional().catch(undefined),
    is_archived: flag,
    is_member: flag,
    is_private: flag,
    is_read_only: flag,
  }),
});

/** A feature, and the scopes of the bot's token that it needs. */
interface Need {
  what: string;
  scopes: string[];
  severity: 'warning' | 'fault';
}

/** The features that are configured, in the order of deploy/slack-app.yaml. Pure. */
export function neededScopes({ NAMERS, RULES_ADMINS }: Pick<SlackSettings, 'NAMERS' | 'RULES_ADMINS'>, hasFeeds: boolean): Need[] {
  const lists = [NAMERS, RULES_ADMINS].flatMap((people) => (people === 'everyone' ? [] : people));
  const all: (Need & { isUsed: boolean })[] = [
    { what: 'reading snapshots', scopes: ['files:read'], severity: 'fault', isUsed: true },
    { what: 'posting results', scopes: ['chat:write', 'files:write'], severity: 'fault', isUsed: true },
    { what: 'fetching what was missed in an outage', scopes: ['channels:history'], severity: 'warning', isUsed: true },
    { what: 'the same in private channels', scopes: ['groups:history'], severity: 'warning', isUsed: true },
    { what: 'naming people with the buttons below a post', scopes: ['channels:read'], severity: 'warning', isUsed: NAMERS === 'everyone' },
    { what: 'the same in private channels', scopes: ['groups:read'], severity: 'warning', isUsed: NAMERS === 'everyone' },
    { what: '/faces and /rules', scopes: ['commands'], severity: 'warning', isUsed: true },
    { what: 'names of members', scopes: ['users:read'], severity: 'warning', isUsed: true },
    { what: 'direct messages to those who asked for them', scopes: ['im:write', 'im:history'], severity: 'warning', isUsed: true },
    {
      what: 'user groups in NAMERS and RULES_ADMINS',
      scopes: ['usergroups:read'],
      severity: 'fault',
      isUsed: lists.some((entry) => entry.startsWith('S')),
    },
    { what: 'feeds', scopes: ['reactions:read', 'reactions:write', 'emoji:read'], severity: 'warning', isUsed: hasFeeds },
  ];
  return all.filter(({ isUsed }) => isUsed).map(({ what, scopes, severity }) => ({ what, scopes, severity }));
}

/** What Slack says about the tokens, their scopes and the channels. */
export function slackChecks({ slack, files }: DoctorConfig): Check[] {
  if (!slack || !usesSlack(slack)) return [];
  const { SLACK_API_URL: apiUrl, SLACK_USER_TOKEN: userToken } = slack;
  const call = createSlackCalls({ token: slack.SLACK_API_TOKEN, apiUrl, timeoutMs });
  const repair = `look whether this machine reaches ${new URL(apiUrl).host}, and whether SLACK_API_TOKEN is the bot token of the installed app`;
  const bot: Check = {
    id: 'slack.token',
    repair,
    examine: async (report, signal) => {
      const { user = 'watchpost', team, response_metadata: metadata } = await authTest(call, identitySchema, signal);
      report.ok('slack.token', `Slack accepts the bot token: @${user}${team === undefined ? '' : ` in ${team}`}`);
      const granted = metadata?.scopes;
      if (granted) reportScopes(report, granted, neededScopes(slack, files?.FEEDS_FILE !== undefined));
      else report.note('slack.scopes', 'Slack does not say which scopes the token has');
      const channels = [
        ...slack.READ_SLACK_CHANNEL_ID.map((id) => ({ id, what: 'cameras’ channel', variable: 'READ_SLACK_CHANNEL_ID', posts: false })),
        { id: slack.WRITE_SLACK_CHANNEL_ID, what: 'results channel', variable: 'WRITE_SLACK_CHANNEL_ID', posts: true },
        ...(slack.ADMIN_SLACK_CHANNEL_ID === undefined
          ? []
          : [{ id: slack.ADMIN_SLACK_CHANNEL_ID, what: 'admin channel', variable: 'ADMIN_SLACK_CHANNEL_ID', posts: true }]),
      ];
      for (const channel of channels) await reportChannel(report, call, { ...channel, bot: user }, signal);
    },
  };
  if (userToken === undefined) return [bot];
  const askAsUser = createSlackCalls({ token: userToken, apiUrl, timeoutMs });
  const admin: Check = {
    id: 'slack.user-token',
    repair: 'take the user token (xoxp-…) of an owner or admin from the app’s settings for SLACK_USER_TOKEN',
    examine: async (report, signal) => {
      const { response_metadata: metadata } = await askAsUser('auth.test', {}, identitySchema, signal);
      const missing = ['chat:write', 'files:write'].filter((scope) => metadata?.scopes && !metadata.scopes.includes(scope));
      if (missing.length === 0) report.ok('slack.user-token', 'Slack accepts the user token, with which rules remove messages');
      else report.fault('slack.user-token', `the user token lacks ${missing.join(' and ')}: rules remove nothing`, reinstall(missing));
    },
  };
  return [bot, admin];
}

const reinstall = (scopes: readonly string[]): string =>
  `add ${scopes.join(', ')} under OAuth & Permissions in the app’s settings, and reinstall the app`;

function reportScopes(report: Report, granted: readonly string[], needs: readonly Need[]): void {
  const lacking = needs.flatMap((need) => {
    const missing = need.scopes.filter((scope) => !granted.includes(scope));
    return missing.length === 0 ? [] : [{ ...need, missing }];
  });
  for (const { what, missing, severity } of lacking)
    report[severity]('slack.scopes', `the bot token lacks ${missing.join(', ')}, for ${what}`, reinstall(missing));
  if (lacking.length === 0)
    report.ok('slack.scopes', `the bot token has the scopes of everything that is configured (${String(granted.length)} scopes)`);
}

interface UsedChannel {
  id: string;
  what: string;
  variable: string;
  /** Whether we post there. */
  posts: boolean;
  bot: string;
}

async function reportChannel(
  report: Report,
  call: SlackCall,
  { id, what, variable, posts, bot }: UsedChannel,
  signal: AbortSignal,
): Promise<void> {
  const check = 'slack.channels';
  try {
    const { channel } = await call('conversations.info', { channel: id }, channelSchema, signal);
    const name = channel.name === undefined ? id : `#${channel.name}`;
    if (channel.is_archived === true) report.fault(check, `the ${what} ${name} is archived`, `unarchive it, or change ${variable}`);
    else if (channel.is_member === false) report.fault(check, `the bot is not in the ${what} ${name}`, `/invite @${bot} in ${name}`);
    else if (posts && channel.is_read_only === true)
      report.fault(check, `the bot may not post in the ${what} ${name}`, `let everyone, or the app, post there, or change ${variable}`);
    else report.ok(check, `the bot is in the ${what} ${name}`);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry === 'transient' || error.code === 'aborted') throw error;
    if (error.code === 'channel-not-available')
      report.fault(
        check,
        `the ${what} ${id} does not exist, or is private and the bot is not in it`,
        `check ${variable}, or /invite @${bot} there`,
      );
    else
      report.warning(
        check,
        `Slack does not say whether the bot is in the ${what} ${id} (${error.message})`,
        reinstall(['channels:read', 'groups:read']),
      );
  }
}
