/** A member as users.info has it. Fields of `profile` come beside the names. */
export interface FakeUser {
  display_name?: string;
  real_name?: string;
  name?: string;
  deleted?: boolean;
  is_bot?: boolean;
  is_admin?: boolean;
  is_owner?: boolean;
  profile?: Record<string, unknown>;
}

/** What a test decides about the workspace. */
export interface FakeWorkspace {
  /** By group: the members' ids. */
  userGroups: Map<string, string[]>;
  /** By group: what it is mentioned by. */
  groupHandles: Map<string, string>;
  /** By channel: who is in it. Of others nothing is known. */
  channels: Map<string, string[]>;
  /** By id: names as Slack has them. */
  users: Map<string, FakeUser>;
  /** By id: what bots.info has of them. */
  bots: Map<string, { name: string; icons?: Record<string, string> }>;
  /** The workspace's own emoji: an address, or `alias:other`. */
  emoji: Map<string, string>;
}

/** A workspace without anybody. */
export const createFakeWorkspace = (): FakeWorkspace => ({
  userGroups: new Map(),
  groupHandles: new Map(),
  channels: new Map(),
  users: new Map(),
  bots: new Map(),
  emoji: new Map(),
});

type Methods = Record<string, (args: URLSearchParams) => object>;

const refuse = (error: string) => ({ ok: false, error });

/** Slack gives fewer than it was asked for, whenever it likes. */
const mostOfPage = 200;

/** The methods of conversations.members, users, bots, usergroups and emoji. */
export const workspaceMethods = ({ userGroups, groupHandles, channels, users, bots, emoji }: FakeWorkspace): Methods => ({
  'conversations.members': (args) => {
    const members = channels.get(args.get('channel') ?? '');
    if (!members) return refuse('channel_not_found');
    const from = Number(args.get('cursor') ?? 0);
    const to = from + Math.min(mostOfPage, Number(args.get('limit') ?? 100));
    return { ok: true, members: members.slice(from, to), response_metadata: { next_cursor: to < members.length ? String(to) : '' } };
  },
  'usergroups.users.list': (args) => {
    const members = userGroups.get(args.get('usergroup') ?? '');
    return members ? { ok: true, users: members } : refuse('no_such_subteam');
  },
  'usergroups.list': () => ({ ok: true, usergroups: [...groupHandles].map(([id, handle]) => ({ id, handle, name: handle })) }),
  'users.info': (args) => {
    const id = args.get('user') ?? '';
    const user = users.get(id);
    if (!user) return refuse('user_not_found');
    const { display_name = '', real_name = '', name = '', deleted = false, is_bot = false, is_admin = false, is_owner = false } = user;
    const profile = { display_name, real_name, ...user.profile };
    return { ok: true, user: { id, name, deleted, is_bot, is_admin, is_owner, real_name, profile } };
  },
  'bots.info': (args) => {
    const id = args.get('bot') ?? '';
    const bot = bots.get(id);
    return bot ? { ok: true, bot: { id, deleted: false, app_id: 'A0BOT', ...bot } } : refuse('bot_not_found');
  },
  'emoji.list': () => ({ ok: true, emoji: Object.fromEntries(emoji), cache_ts: '1700000000.000000' }),
});
