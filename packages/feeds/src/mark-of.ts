import type { Reaction } from '@watchpost/shared/chat/written';
import type { Feed } from './feed.ts';
import { standardEmoji } from './render/emoji.ts';

/** A reaction's emoji, whatever the skin tone. */
const withoutSkinTone = (emoji: string): string => emoji.replace(/(?:::skin-tone-\d)+$/, '');

/** Whether two names are of the same emoji: Slack says `+1` where people write `thumbsup`. */
function isSame(one: string, other: string): boolean {
  return one === other || (standardEmoji(one) !== null && standardEmoji(one) === standardEmoji(other));
}

/**
 * What a reaction is in this feed, if somebody sets it who may approve, or takes it back: the emoji by the name that the feed has for it.
 * Null: it does not approve. Pure.
 */
export function markOf({ approval }: Pick<Feed, 'approval'>, { emoji, member }: Reaction): Reaction | null {
  const found = approval?.emoji.find((wanted) => isSame(wanted, withoutSkinTone(emoji)));
  return found === undefined ? null : { emoji: found, member };
}
