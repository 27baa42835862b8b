import { z } from 'zod';
import { channelId, type ChannelKey, type ChatPlatform } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { authTest } from './auth-test.ts';
import type { SlackCall } from './calls.ts';

const identity = z.looseObject({
  user: z.string().optional().catch(undefined),
  /** The client library takes the scopes from the header `x-oauth-scopes`. */
  response_metadata: z
    .looseObject({ scopes: z.array(z.string()).optional() })
    .optional()
    .catch(undefined),
});
const channelInfo = z.looseObject({
  channel: z.looseObject({
    name: z.string().optional().catch(undefined),
    is_archived: z.boolean().optional().catch(undefined),
    is_member: z.boolean().optional().catch(undefined),
  }),
});

const readScopes = ['files:read'];
const postScopes = ['files:write', 'chat:write'];
/** Without both, Slack may deny that a channel exists. */
const seeChannelScopes = ['channels:read', 'groups:read'];

/** The channels that we post to, and the variables that name them. */
const channelRoles = {
  results: { what: 'results channel', variable: 'WRITE_SLACK_CHANNEL_ID' },
  admin: { what: 'admin channel', variable: 'ADMIN_SLACK_CHANNEL_ID' },
};

/**
 * Asks Slack whether it accepts the token and its scopes and, to post, whether the bot is in the channel, if the app has
 * the scopes to ask about it. Rejects with `chat-not-authorised` or `channel-not-available`, each with the repair, or as SlackCall.
 */
export async function checkSlack(
  call: SlackCall,
  use: Parameters<ChatPlatform['check']>[0],
  adminChannel: ChannelKey | null,
  signal: AbortSignal,
): Promise<void> {
  const { user, response_metadata: metadata } = await authTest(call, identity, signal);
  const granted = metadata?.scopes;
  requireScopes(granted, 'channel' in use ? postScopes : readScopes);
  if (!('channel' in use)) return;
  const role = use.channel === adminChannel ? channelRoles.admin : channelRoles.results;
  await checkChannel(call, use.channel, { bot: user ?? 'watchpost', granted, ...role }, signal);
}

function requireScopes(granted: readonly string[] | undefined, needed: readonly string[]): void {
  const missing = needed.filter((scope) => granted && !granted.includes(scope));
  if (missing.length === 0) return;
  const scopes = `scope${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}`;
  throw new AppError('chat-not-authorised', `the Slack app lacks the ${scopes}: add it in the app's settings and reinstall the app`);
}

async function checkChannel(
  call: SlackCall,
  key: ChannelKey,
  { bot, granted, what, variable }: { bot: string; granted: readonly string[] | undefined; what: string; variable: string },
  signal: AbortSignal,
): Promise<void> {
  const id = channelId(key);
  let channel: z.infer<typeof channelInfo>['channel'];
  try {
    ({ channel } = await call('conversations.info', { channel: id }, channelInfo, signal));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The token has just been accepted, so this is about the scope to ask. Posting needs none of these.
    if (error.code === 'chat-not-authorised' || error.code === 'chat-refused') return;
    if (error.code !== 'channel-not-available') throw error;
    if (granted && !seeChannelScopes.every((scope) => granted.includes(scope))) return;
    throw new AppError(
      'channel-not-available',
      `the ${what} ${id} does not exist, or is private and the bot is not in it: check ${variable}, or /invite @${bot} there`,
      { cause: error },
    );
  }
  const name = channel.name === undefined ? id : `#${channel.name}`;
  if (channel.is_archived === true) {
    throw new AppError('channel-not-available', `the ${what} ${name} is archived: unarchive it, or set ${variable}`);
  }
  if (channel.is_member === false) {
    throw new AppError('channel-not-available', `the bot is not in the ${what}: /invite @${bot} in ${name}`);
  }
}

/**
 * A download that Slack refuses is about this file only, unless the token may read none: then it rejects with that error. While Slack
 * does not say which, the download may be tried again.
 */
export async function explainForbidden<T>(download: Promise<T>, check: () => Promise<unknown>): Promise<T> {
  try {
    return await download;
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-forbidden') await check();
    throw error;
  }
}
