import type { Reaction } from '@watchpost/shared/chat/written';
import { isRecord, listOf, stringOf, type Fields } from '../content/fields.ts';
import { emojiName } from './emoji.ts';

/** More than anybody sets; jobs take no more either. */
const mostReactions = 1_000;

/** The reaction of a member; null: Slack says no such thing. */
export function reactionOf(name: unknown, member: unknown): Reaction | null {
  const emoji = typeof name === 'string' ? emojiName(name) : '';
  const isMember = typeof member === 'string' && /^[\w-]{1,64}$/.test(member);
  return isMember && emoji !== '' && emoji.length <= 200 ? { emoji, member } : null;
}

/** All reactions of a message; null: Slack names only some of the members, and reactions.get knows the others. */
export function readReactions(message: Fields): { all: Reaction[] } | null {
  const all = new Map<string, Reaction>();
  for (const reaction of listOf(message, 'reactions')) {
    if (!isRecord(reaction)) continue;
    const users = listOf(reaction, 'users');
    if (typeof reaction['count'] === 'number' && reaction['count'] > users.length) return null;
    for (const user of users) {
      const found = reactionOf(stringOf(reaction, 'name'), user);
      // With several skin tones it is still one.
      if (found) all.set(`${found.emoji} ${found.member}`, found);
      if (all.size === mostReactions) return { all: [...all.values()] };
    }
  }
  return { all: [...all.values()] };
}
