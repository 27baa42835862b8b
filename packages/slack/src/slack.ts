import type { PlatformDefinition } from '@watchpost/shared/chat/platform';
import { answerAddresses } from './answers.ts';
import { createSlackCalls } from './calls.ts';
import { slackChannel, slackPrefix } from './channel.ts';
import { slackWorkerEnv } from './config.ts';
import { allowHosts } from './file-hosts.ts';
import { createSlackModeration } from './moderation.ts';
import { createSlackMembers } from './members.ts';
import { createSlackPlatform } from './platform.ts';
import { createSlackPosts } from './posts.ts';

/** For one call of the Web API, milliseconds. */
const timeoutMs = 15_000;

/** Slack as the worker uses it. */
export const slack: PlatformDefinition<typeof slackWorkerEnv> = {
  prefix: slackPrefix,
  env: slackWorkerEnv,
  faults: () => [],
  connect: (
    { SLACK_API_TOKEN: token, SLACK_API_URL: apiUrl, SLACK_FILE_HOSTS, WRITE_SLACK_CHANNEL_ID, ADMIN_SLACK_CHANNEL_ID, NAMERS },
    { turns, log },
  ) => {
    const call = createSlackCalls({ token, apiUrl, timeoutMs });
    const posts = createSlackPosts({ call, turns });
    const channel = slackChannel(WRITE_SLACK_CHANNEL_ID);
    return {
      chat: createSlackPlatform({ call, token, allows: allowHosts(SLACK_FILE_HOSTS) }),
      posts,
      members: createSlackMembers({ call, allows: answerAddresses(apiUrl), namers: NAMERS, channel, log, sendDirect: posts.sendDirect }),
      moderation: createSlackModeration(),
      writeChannel: channel,
      adminChannel: ADMIN_SLACK_CHANNEL_ID === undefined ? null : slackChannel(ADMIN_SLACK_CHANNEL_ID),
    };
  },
};
