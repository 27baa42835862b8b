import type { ChannelKey, ChatPlatform } from '@watchpost/shared/chat/chat';

/** Links to messages. A message's link never changes, so that each is asked for once. */
export interface Links {
  /** Null: there is none, or none can be had soon. */
  of(channel: ChannelKey, messageId: string, chat: ChatPlatform, signal: AbortSignal): Promise<string | null>;
}

/** Some hours of posts. */
const mostKept = 2_000;

/** Remembers the links of this process, the newest 2,000. */
export function createLinks(): Links {
  const known = new Map<string, string>();
  return {
    of: async (channel, messageId, chat, signal) => {
      const key = `${channel} ${messageId}`;
      const kept = known.get(key);
      if (kept !== undefined) return kept;
      const link = await chat.permalink(channel, messageId, signal);
      if (link === null) return null;
      known.set(key, link);
      const [oldest] = known.keys();
      if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
      return link;
    },
  };
}
