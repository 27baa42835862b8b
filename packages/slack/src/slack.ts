import type { PlatformDefinition } from '@watchpost/shared/chat/platform';
import { answerAddresses } from './answers.ts';
import { createSlackCalls } from './calls.ts';
import { slackChannel, slackPrefix } from './channel.ts';
import { slackFaults, slackWorkerEnv, usesSlack } from './config.ts';
import { createSlackDirectory } from './directory.ts';
import { allowHosts, allowPictureHosts } from './file-hosts.ts';
import { createSlackModeration } from './moderation.ts';
import { createSlackMembers } from './members.ts';
import { withoutMissingScopes } from './optional.ts';
import { createSlackPlatform } from './platform.ts';
import { createSlackReactions } from './reactions.ts';
import { createSlackPosts } from './posts.ts';

/** For one call of the Web API, milliseconds. */
const timeoutMs = 15_000;

/** Slack as the worker uses it. */
export const slack: PlatformDefinition<typeof slackWorkerEnv> = {
  prefix: slackPrefix,
  env: slackWorkerEnv,
  faults: slackFaults,
  tokenOf: (config) => (usesSlack(config) ? config.SLACK_API_TOKEN : null),
  connect: (config, { turns, log, observe: observer }) => {
    if (!usesSlack(config)) return null;
    const { SLACK_API_TOKEN: token, SLACK_USER_TOKEN: userToken, SLACK_API_URL: apiUrl } = config;
    const observe = observer?.(slackPrefix).call;
    const call = createSlackCalls({ token, apiUrl, timeoutMs, observe });
    const userCall = userToken === undefined ? null : createSlackCalls({ token: userToken, apiUrl, timeoutMs, observe });
    const posts = createSlackPosts({ call, turns });
    const channel = slackChannel(config.WRITE_SLACK_CHANNEL_ID);
    const adminChannel = config.ADMIN_SLACK_CHANNEL_ID === undefined ? null : slackChannel(config.ADMIN_SLACK_CHANNEL_ID);
    return {
      prefix: slackPrefix,
      chat: createSlackPlatform({ call, token, allows: allowHosts(config.SLACK_FILE_HOSTS), adminChannel }),
      posts,
      members: createSlackMembers({
        call,
        allows: answerAddresses(apiUrl),
        namers: config.NAMERS,
        admins: config.RULES_ADMINS,
        channel,
        adminChannel,
        log,
        sendDirect: posts.sendDirect,
      }),
      moderation: createSlackModeration({ call, userCall }),
      ...withoutMissingScopes(
        createSlackDirectory({ call, allowsPicture: allowPictureHosts(config.SLACK_FILE_HOSTS) }),
        createSlackReactions(call),
        log,
      ),
      talk: null,
      writeChannel: channel,
      adminChannel,
    };
  },
};
