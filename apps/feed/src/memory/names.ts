import type { Entry } from '@watchpost/feeds/entry';
import type { KeptChannel, KeptEmoji, KeptProfile } from '@watchpost/feeds/feed-store';
import { inlinesOf } from '@watchpost/shared/chat/written';
import type { FeedSource } from '../feed-source.ts';

/** What feeds show in place of ids, as it was read last. */
export interface KnownNames {
  /** Reads what some entries show and is not known yet; `again`: also what is known. */
  load(platform: string, entries: readonly Entry[], again: boolean, signal: AbortSignal): Promise<void>;
  /** Forgets a channel, or all emoji, so that the next `load` reads them. */
  forget(platform: string, what: 'member' | 'channel' | 'emoji', subject: string | null): void;
  /** Forgets everything. */
  clear(): void;
  member(platform: string, id: string): KeptProfile | null;
  channel(platform: string, id: string): string | null;
  emoji(platform: string): ReadonlyMap<string, KeptEmoji>;
}

/** More than this are not remembered; entries that need them read them again. */
const mostKnown = 20_000;
/** Of one query. */
const atOnce = 500;

const noEmoji: ReadonlyMap<string, KeptEmoji> = new Map();

/** Nothing is known until `load` has read it. */
export function createKnownNames(profiles: FeedSource['profiles']): KnownNames {
  const members = new Map<string, KeptProfile | null>();
  const channels = new Map<string, KeptChannel | null>();
  const emoji = new Map<string, ReadonlyMap<string, KeptEmoji>>();
  const keyOf = (platform: string, id: string): string => `${platform}:${id}`;

  /** Reads in portions; null: nobody knows it. */
  const fill = async <T extends { id: string }>(
    known: Map<string, T | null>,
    read: (platform: string, ids: readonly string[], signal: AbortSignal) => Promise<T[]>,
    platform: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<void> => {
    if (known.size + ids.length > mostKnown) known.clear();
    for (let from = 0; from < ids.length; from += atOnce) {
      const some = ids.slice(from, from + atOnce);
      const found = new Map((await read(platform, some, signal)).map((each) => [each.id, each]));
      for (const id of some) known.set(keyOf(platform, id), found.get(id) ?? null);
    }
  };

  return {
    load: async (platform, entries, again, signal) => {
      const shown = idsOf(entries);
      const fresh = (known: ReadonlyMap<string, unknown>, ids: ReadonlySet<string>): string[] =>
        [...ids].filter((id) => again || !known.has(keyOf(platform, id)));
      await fill(members, (...asked) => profiles.members(...asked), platform, fresh(members, shown.members), signal);
      await fill(channels, (...asked) => profiles.channels(...asked), platform, fresh(channels, shown.channels), signal);
      if (!emoji.has(platform)) emoji.set(platform, (await profiles.emoji(platform, signal))?.emoji ?? noEmoji);
    },
    forget: (platform, what, subject) => {
      const known = what === 'member' ? members : channels;
      if (what === 'emoji') emoji.delete(platform);
      else if (subject === null) known.clear();
      else known.delete(keyOf(platform, subject));
    },
    clear: () => {
      for (const known of [members, channels, emoji]) known.clear();
    },
    member: (platform, id) => members.get(keyOf(platform, id)) ?? null,
    channel: (platform, id) => channels.get(keyOf(platform, id))?.name ?? null,
    emoji: (platform) => emoji.get(platform) ?? noEmoji,
  };
}

/** The members and channels whose names some entries show. */
export function idsOf(entries: readonly Entry[]): { members: ReadonlySet<string>; channels: ReadonlySet<string> } {
  const members = new Set<string>();
  const channels = new Set<string>();
  for (const { author, published } of entries) {
    if (!published) continue;
    for (const id of [author?.member, author?.bot, author?.app]) if (id) members.add(id);
    for (const inline of inlinesOf(published.written.blocks)) {
      if (inline.type === 'member') members.add(inline.member);
      else if (inline.type === 'channel') channels.add(inline.channel);
    }
  }
  return { members, channels };
}
