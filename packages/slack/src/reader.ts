import { z } from 'zod';
import type { ChannelKey, ChatPlatform } from '@watchpost/shared/chat/chat';
import type { Message } from '@watchpost/shared/chat/message';
import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import { authTest } from './auth-test.ts';
import { createSlackCalls } from './calls.ts';
import { slackChannel } from './channel.ts';
import { slackEnv } from './config.ts';
import { allowHosts } from './file-hosts.ts';
import { createSlackModeration } from './moderation.ts';
import { createSlackPlatform } from './platform.ts';

/** For one call of the Web API, milliseconds. */
const timeoutMs = 15_000;

/** What reading a channel takes: the bot's token, and what `npm start` uses by default. */
export const slackReaderEnv = {
  SLACK_API_TOKEN: slackEnv.SLACK_API_TOKEN.unwrap(),
  SLACK_API_URL: slackEnv.SLACK_API_URL,
  SLACK_FILE_HOSTS: slackEnv.SLACK_FILE_HOSTS,
  WRITE_SLACK_CHANNEL_ID: slackEnv.WRITE_SLACK_CHANNEL_ID,
  ADMIN_SLACK_CHANNEL_ID: slackEnv.ADMIN_SLACK_CHANNEL_ID,
};

/** Slack for whoever only reads. */
export interface SlackReader {
  chat: Pick<ChatPlatform, 'download' | 'permalink'>;
  moderation: Pick<ChatModeration, 'recent'>;
  /** Where rules never apply; null: none is configured. */
  adminChannel: ChannelKey | null;
  /** Where our own posts are results, also those with pictures; null: none is configured. */
  resultsChannel: ChannelKey | null;
  /** Whether our own app posted it. */
  isOwn: (message: Message) => boolean;
}

const ourselves = z.looseObject({ user_id: z.string().nullish().catch(null), bot_id: z.string().nullish().catch(null) });

/** Connects with the bot's token. Rejects as `authTest`. */
export async function openSlackReader(config: ConfigOf<typeof slackReaderEnv>, signal: AbortSignal): Promise<SlackReader> {
  const { SLACK_API_TOKEN: token, SLACK_API_URL: apiUrl, WRITE_SLACK_CHANNEL_ID, ADMIN_SLACK_CHANNEL_ID } = config;
  const call = createSlackCalls({ token, apiUrl, timeoutMs });
  const { user_id: member, bot_id: bot } = await authTest(call, ourselves, signal);
  return {
    chat: createSlackPlatform({ call, token, allows: allowHosts(config.SLACK_FILE_HOSTS) }),
    moderation: createSlackModeration({ call, userCall: null }),
    adminChannel: ADMIN_SLACK_CHANNEL_ID === undefined ? null : slackChannel(ADMIN_SLACK_CHANNEL_ID),
    resultsChannel: WRITE_SLACK_CHANNEL_ID === undefined ? null : slackChannel(WRITE_SLACK_CHANNEL_ID),
    isOwn: ({ author }) => (author.bot !== null && author.bot === bot) || (author.member !== null && author.member === member),
  };
}
