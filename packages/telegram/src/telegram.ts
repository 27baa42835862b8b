import type { PlatformDefinition } from '@watchpost/shared/chat/platform';
import { createTelegramApi } from './api.ts';
import { createWhoAmI } from './bot.ts';
import { telegramChat, telegramPrefix } from './channel.ts';
import { telegramFaults, telegramToken, telegramWorkerEnv } from './config.ts';
import { createMemberName, createTelegramMembers } from './members.ts';
import { createPace } from './pace.ts';
import { configuredRoles } from './permissions.ts';
import { createTelegramPlatform } from './platform.ts';
import { createTelegramPosts } from './posts.ts';
import { createTelegramTalk } from './talk.ts';

/** For one call of the Bot API without a file, milliseconds. */
const timeoutMs = 15_000;

/** Telegram as the worker uses it. */
export const telegram: PlatformDefinition<typeof telegramWorkerEnv> = {
  prefix: telegramPrefix,
  env: telegramWorkerEnv,
  faults: telegramFaults,
  tokenOf: telegramToken,
  connect: (config, { turns, access, log, observe }) => {
    const token = telegramToken(config);
    if (token === null) return null;
    const { TELEGRAM_API_URL: apiUrl, WRITE_TELEGRAM_CHAT_ID: results, READ_TELEGRAM_CHAT_ID: read = [] } = config;
    const pace = createPace({ turns });
    const api = createTelegramApi({
      token,
      apiUrl,
      timeoutMs,
      observe: observe?.(telegramPrefix).call,
      onLimited: (chat, forMs) => pace.limited(chat, forMs),
      onMigrated: (from, to) =>
        log.warn(
          { channel: telegramChat(from), to: telegramChat(to) },
          'a group has another number now: set it where the old one is configured',
        ),
    });
    const whoAmI = createWhoAmI(api);
    const nameOf = createMemberName(api);
    const posts = createTelegramPosts({ api, pace, turns, nameOf });
    const readChats = read.map((chat) => telegramChat(chat));
    const writeChannel = results === undefined ? null : telegramChat(results);
    const permissions = { admins: config.TELEGRAM_ADMINS ?? [], allowed: config.TELEGRAM_ALLOWED ?? [], channel: writeChannel };
    return {
      prefix: telegramPrefix,
      chat: createTelegramPlatform({ api, token, apiUrl, readChats, log }),
      posts,
      members: createTelegramMembers({ api, access, log, pace, whoAmI, nameOf, posts, ...permissions }),
      moderation: null,
      directory: null,
      reactions: null,
      talk: createTelegramTalk({
        api,
        pace,
        username: async (signal) => (await whoAmI(signal)).username,
        configured: configuredRoles(permissions),
        homes: new Set([...readChats, ...(writeChannel === null ? [] : [writeChannel])]),
      }),
      writeChannel,
      adminChannel: null,
    };
  },
};
