import type { TelegramEntity, TelegramPost } from './2-parse.ts';

/** Who we are on Telegram. */
export interface Ourselves {
  id: number;
  /** Without the `@`; null until Telegram has told it. */
  username: string | null;
}

/** What somebody wrote, as it is meant for us. */
export interface Addressed {
  /** Without our name: `/help @ours` and `/help@ours` are `/help`. */
  text: string;
  /** Null: it is none. In small letters, without the slash. */
  command: { name: string; rest: string } | null;
}

/** `unknown`: that depends on our name, which Telegram has not told yet. */
type Answer = Addressed | 'no' | 'unknown';

const commandPattern = /^\/([a-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+([\s\S]*))?$/i;

/**
 * Whether a message is meant for us, and what it says then. Everything is where nobody else reads along. In a group: commands, unless they
 * name another bot, answers to what we said, and what mentions us. Pure.
 */
export function addressed({ chat, text, entities, replyTo }: TelegramPost, { id, username }: Ourselves): Answer {
  const [, name, at, rest = ''] = commandPattern.exec(text) ?? [];
  const isPrivate = chat.type === 'private';
  if (name !== undefined) {
    const isOurs = isPrivate || at === undefined || isName(at, username);
    if (!isOurs) return username === null ? 'unknown' : 'no';
    const command = { name: name.toLowerCase(), rest: rest.trim() };
    return { text: `/${name}${rest === '' ? '' : ` ${rest}`}`, command };
  }
  const plain = { text: withoutMentions(text, entities, username), command: null };
  if (isPrivate || replyTo?.from === id) return plain;
  if (entities.some(({ type, user }) => type === 'text_mention' && user?.id === id)) return plain;
  const mentions = entities.filter(({ type }) => type === 'mention');
  if (mentions.length > 0 && username === null) return 'unknown';
  return mentions.some((entity) => isName(mentioned(text, entity), username)) ? plain : 'no';
}

const isName = (name: string, username: string | null): boolean => name.toLowerCase() === username?.toLowerCase();

/** Offsets and lengths are UTF-16 units. */
const mentioned = (text: string, { offset, length }: TelegramEntity): string => text.slice(offset + 1, offset + length);

function withoutMentions(text: string, entities: readonly TelegramEntity[], username: string | null): string {
  const ours = entities.filter((entity) => entity.type === 'mention' && isName(mentioned(text, entity), username));
  const rest = ours
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((left, { offset, length }) => left.slice(0, offset) + left.slice(offset + length), text);
  return ours.length === 0 ? text : rest.replace(/^[\s,:;]+/, '').trimEnd();
}
