import type { KeptEmoji } from '../feed-store.ts';
import { standardEmoji } from './emoji.ts';

/** What a text shows in place of ids and names. */
export interface Names {
  /** A member's or bot's display name; null: nobody knows it. */
  member(id: string): string | null;
  /** Null: it is private, or unknown. */
  channel(id: string): string | null;
  /** By its name without colons; null: there is no such emoji. */
  emoji(name: string): { url: string } | { unicode: string } | null;
  /** Where readers load a kept picture from. */
  pictureUrl(name: string): string;
  /** Of dates. */
  timeZone: string;
  /** BCP 47. */
  language: string;
}

export interface NamesOptions extends Pick<Names, 'member' | 'channel' | 'pictureUrl' | 'timeZone' | 'language'> {
  /** The workspace's own emoji by name. */
  emoji: ReadonlyMap<string, KeptEmoji>;
}

/** An alias of an alias of …: followed so far. */
const mostAliases = 5;

/** Names with all emoji: the workspace's own, their aliases, and the standard ones. */
export function namesOf({ emoji: own, ...names }: NamesOptions): Names {
  const emoji = (name: string, followed: number): { url: string } | { unicode: string } | null => {
    const kept = own.get(name);
    if (kept && 'picture' in kept) return { url: names.pictureUrl(kept.picture) };
    if (kept && followed < mostAliases) return emoji(kept.aliasOf, followed + 1);
    const unicode = standardEmoji(name);
    return unicode === null ? null : { unicode };
  };
  return { ...names, emoji: (name) => emoji(name, 0) };
}
