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
}

/** `unknown`: that depends on our name, which Telegram has not told yet. */
type Answer = Addressed | 'no' | 'unknown';

const commandPattern = /^\/([a-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+([\s\S]*))?$/i;

/**
 * Whether a message is meant for us, and what it says then. Everything is where nobody else reads along. In a group: commands, unless they
 * name another bot, answers to what we said, and what mentions us. Pure.
 */
export function addressed(post: TelegramPost, ourselves: Ourselves): Answer {
  const { chat, text, entities } = post;
  const { username } = ourselves;
  const isPrivate = chat.type === 'private';
  const [, name, at, rest = ''] = commandPattern.exec(text) ?? [];
  if (name === undefined) {
    const isOurs = isPrivate || saysUs(post, ourselves);
    if (isOurs === true) return { text: withoutMentions(text, entities, username) };
    return isOurs ? 'unknown' : 'no';
  }
  if (isPrivate || at === undefined || isName(at, username)) {
    return { text: `/${name}${rest === '' ? '' : ` ${rest}`}` };
  }
  return username === null ? 'unknown' : 'no';
}

/** Whether it answers or mentions us. */
function saysUs({ text, entities, replyTo }: TelegramPost, { id, username }: Ourselves): boolean | 'unknown' {
  if (replyTo?.from === id || entities.some(({ type, user }) => type === 'text_mention' && user?.id === id)) return true;
  const mentions = entities.filter(({ type }) => type === 'mention');
  if (username === null) return mentions.length > 0 && 'unknown';
  return mentions.some((entity) => isName(mentioned(text, entity), username));
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
