import type { PlatformDefinition } from '@watchpost/shared/chat/platform';
import { createSlackCalls } from './calls.ts';
import { slackChannel, slackPrefix } from './channel.ts';
import { slackEnv } from './config.ts';
import { allowHosts } from './file-hosts.ts';
import { createSlackPlatform } from './platform.ts';

/** For one call of the Web API, milliseconds. */
const timeoutMs = 15_000;

/** Slack as the worker uses it. */
export const slack: PlatformDefinition<typeof slackEnv> = {
  prefix: slackPrefix,
  env: slackEnv,
  faults: () => [],
  connect: ({ SLACK_API_TOKEN: token, SLACK_API_URL: apiUrl, SLACK_FILE_HOSTS, WRITE_SLACK_CHANNEL_ID }) => ({
    chat: createSlackPlatform({ call: createSlackCalls({ token, apiUrl, timeoutMs }), token, allows: allowHosts(SLACK_FILE_HOSTS) }),
    writeChannel: slackChannel(WRITE_SLACK_CHANNEL_ID),
  }),
};
