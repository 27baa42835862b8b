import { z } from 'zod';
import type { Chat, Json } from '../world/model.ts';
import { chatJson, userJson } from '../world/render.ts';
import type { World } from '../world/world.ts';
import { badRequest } from './api-error.ts';
import { type Call, fields, json, type Method, whole } from './call.ts';
import { namedChat, openChat } from './content.ts';

/** The largest file that a bot can download, bytes. */
const mostDownloadBytes = 20 * 1_024 * 1_024;

/** What a bot says of itself in `getMe`, beside its name. */
export const abilities: Json = {
  can_join_groups: true,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
};

const getFile: Method = (call, world) => {
  const { file_id: id } = fields(call, z.looseObject({ file_id: z.string() }));
  const file = world.files.describe(id);
  if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
  if (file.sizeBytes > mostDownloadBytes) throw badRequest('file is too big');
  return {
    file_id: id,
    file_unique_id: file.uniqueId,
    ...(file.kind !== 'photo' && { file_size: file.sizeBytes }),
    file_path: file.path,
  };
};

const getChat: Method = (call, world) => ({ ...chatJson(openChat(call, world)), accent_color_id: 0, max_reaction_count: 11 });

const getChatMember: Method = (call, world) => {
  const chat = openChat(call, world);
  const account = world.accounts.get(fields(call, z.looseObject({ user_id: whole })).user_id);
  if (!account) throw badRequest('PARTICIPANT_ID_INVALID');
  return {
    user: userJson(account),
    status: account.id === world.bot.id ? chat.botStatus : chat.members.has(account.id) ? 'member' : 'left',
  };
};

const leaveChat: Method = (call, world) => {
  const chat = openChat(call, world);
  if (chat.type === 'private') throw badRequest("chat member status can't be changed in private chats");
  chat.botStatus = 'left';
  world.changed();
  return true;
};

export interface BotCommand {
  command: string;
  description: string;
}

/** The menus of commands that the bot has registered. */
export interface Menus {
  methods: Record<string, Method>;
  /** What somebody sees in a chat: its own menu, else that of its kind, else the one for all. */
  menu(chat: Chat): readonly BotCommand[];
}

const scopeSchema = z.looseObject({
  scope: json(z.looseObject({ type: z.string(), chat_id: whole.optional() })).default({ type: 'default' }),
  language_code: z.string().default(''),
});
const commandsSchema = z.looseObject({ commands: json(z.array(z.object({ command: z.string(), description: z.string() }))) });

export function createMenus(): Menus {
  const menus = new Map<string, readonly BotCommand[]>();
  const keyOf = (call: Call, world: World): string => {
    const { scope, language_code: language } = fields(call, scopeSchema);
    if (scope.chat_id !== undefined) namedChat({ ...call, values: { chat_id: scope.chat_id } }, world);
    return `${scope.type}:${scope.chat_id === undefined ? '' : String(scope.chat_id)}:${language}`;
  };
  const methods: Record<string, Method> = {
    setMyCommands: (call, world) => {
      const { commands } = fields(call, commandsSchema);
      if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
      for (const { command, description } of commands) {
        if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
        if (description.length === 0 || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
      }
      menus.set(
        keyOf(call, world),
        commands.map(({ command, description }) => ({ command: command.replace('/', ''), description })),
      );
      world.changed();
      return true;
    },
    getMyCommands: (call, world) => menus.get(keyOf(call, world)) ?? [],
    deleteMyCommands: (call, world) => {
      menus.delete(keyOf(call, world));
      world.changed();
      return true;
    },
  };
  return {
    methods,
    menu: ({ id, type }) =>
      [`chat:${String(id)}:`, type === 'private' ? 'all_private_chats::' : 'all_group_chats::', 'default::']
        .map((key) => menus.get(key))
        .find((menu) => menu !== undefined) ?? [],
  };
}

/** Methods that ask for something. */
export const asking: Record<string, Method> = {
  getFile,
  getChat,
  getChatMember,
  leaveChat,
  getMyName: (_, world) => ({ name: world.bot.name }),
  getMyDescription: () => ({ description: '' }),
  setMyDescription: () => true,
  setMyShortDescription: () => true,
  getMyShortDescription: () => ({ short_description: '' }),
};
