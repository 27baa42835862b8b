/** A token that a test has made known: whose it is, and what it may do. Any other one is the bot's, or a user's that Slack does not accept. */
export interface FakeToken {
  user: string;
  scopes: string[];
  /** Its workspace; default: the bot's. */
  team?: string;
}

/** Who asks. */
export interface FakeActor {
  user: string;
  isBot: boolean;
  isAdmin: boolean;
  /** Null: all. */
  scopes: readonly string[] | null;
  team: string;
}

/** The bot, with all scopes. */
export const fakeActor: FakeActor = { user: 'U0WATCH', isBot: true, isAdmin: false, scopes: null, team: 'T1' };

const scopeOf: Record<string, string> = {
  'chat.delete': 'chat:write',
  'chat.postMessage': 'chat:write',
  'conversations.history': 'channels:history',
  'conversations.replies': 'channels:history',
  'conversations.info': 'channels:read',
  'files.delete': 'files:write',
  'files.info': 'files:read',
  'users.info': 'users:read',
  'bots.info': 'users:read',
  'emoji.list': 'emoji:read',
  'reactions.add': 'reactions:write',
  'reactions.remove': 'reactions:write',
  'reactions.get': 'reactions:read',
  'usergroups.list': 'usergroups:read',
  'usergroups.users.list': 'usergroups:read',
};

/** Who asks for a method; a string: why Slack does not answer. */
export function actorOf(
  authorization: string | undefined,
  method: string,
  tokens: ReadonlyMap<string, FakeToken>,
  users: ReadonlyMap<string, { is_admin?: boolean; is_owner?: boolean }>,
): FakeActor | string {
  const token = authorization?.replace('Bearer ', '') ?? '';
  const known = tokens.get(token);
  if (!known) return token.startsWith('xoxp-') ? 'invalid_auth' : fakeActor;
  const { user, scopes, team = fakeActor.team } = known;
  const needed = scopeOf[method];
  if (needed !== undefined && !scopes.includes(needed)) return 'missing_scope';
  const isAdmin = users.get(user)?.is_admin === true || users.get(user)?.is_owner === true;
  return { user, isBot: token.startsWith('xoxb-'), isAdmin, scopes, team };
}
