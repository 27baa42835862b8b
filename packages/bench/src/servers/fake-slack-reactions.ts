import type { FakeMessage } from './fake-slack-chat.ts';
import type { FakeActor } from './fake-slack-tokens.ts';

/** A reaction, and who set it, in their order. */
export interface FakeReaction {
  name: string;
  users: string[];
}

/** What a test decides about reactions. */
export interface FakeReacting {
  /** Of each reaction a history names so many members at most, and counts all of them. */
  namedReactors: number;
  /** Somebody sets a reaction, or takes it back. */
  react(message: FakeMessage, name: string, user: string, isSet?: boolean): void;
}

interface ReactableChat {
  messages: readonly FakeMessage[];
  namedReactors: number;
  onEvent: (event: object) => void;
}

type ByActor = Record<string, (args: URLSearchParams, actor: FakeActor) => object>;

const refuse = (error: string) => ({ ok: false, error });
/** More than any name that Slack knows. */
const longestName = 100;

/** Sets a reaction, or takes it back, and tells those who listen. False: it was so before. */
export function setReaction(
  chat: ReactableChat,
  { message, name, user, isSet }: { message: FakeMessage; name: string; user: string; isSet: boolean },
  at: string,
): boolean {
  const found = message.reactions.find((each) => each.name === name) ?? { name, users: [] };
  if (found.users.includes(user) === isSet) return false;
  const users = isSet ? [...found.users, user] : found.users.filter((each) => each !== user);
  const others = message.reactions.filter((each) => each.name !== name);
  message.reactions = users.length > 0 ? [...others, { name, users }] : others;
  const item = { type: 'message', channel: message.channel, ts: message.ts };
  // Of what a webhook posted nobody is the author.
  const author = message.user === '' ? {} : { item_user: message.user };
  chat.onEvent({ type: isSet ? 'reaction_added' : 'reaction_removed', user, reaction: name, item, ...author, event_ts: at });
  return true;
}

/** A message's reactions as its history shows them. */
export function shownReactions({ reactions }: FakeMessage, namedReactors: number): object {
  const shown = reactions.map(({ name, users }) => ({ name, users: users.slice(0, namedReactors), count: users.length }));
  return shown.length > 0 ? { reactions: shown } : {};
}

/** reactions.add, remove and get. */
export function reacting(chat: ReactableChat, nextTs: () => string): ByActor {
  const find = (args: URLSearchParams) =>
    chat.messages.find(({ channel, ts }) => channel === args.get('channel') && ts === args.get('timestamp'));
  const set =
    (isSet: boolean) =>
    (args: URLSearchParams, { user }: FakeActor): object => {
      const name = args.get('name') ?? '';
      if (name === '' || name.includes(':') || name.length > longestName) return refuse('invalid_name');
      const message = find(args);
      if (!message) return refuse('message_not_found');
      if (setReaction(chat, { message, name, user, isSet }, nextTs())) return { ok: true };
      return refuse(isSet ? 'already_reacted' : 'no_reaction');
    };
  return {
    'reactions.add': set(true),
    'reactions.remove': set(false),
    'reactions.get': (args) => {
      const message = find(args);
      if (!message) return refuse('message_not_found');
      const named = args.get('full') === 'true' ? Infinity : chat.namedReactors;
      const { ts, user, text, channel } = message;
      return { ok: true, type: 'message', channel, message: { type: 'message', ts, user, text, ...shownReactions(message, named) } };
    },
  };
}
