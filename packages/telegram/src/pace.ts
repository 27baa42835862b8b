import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { Turns } from '@watchpost/shared/chat/turns';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { isPrivateChat } from './channel.ts';

/** Telegram takes about 30 messages a second of a bot; some room is left for what others of us send. Milliseconds between two. */
const apartMs = 40;
/** So many may go at once after a pause. */
const burst = 5;
/** In a group: so many in so long, messages and edits each. */
const mostInGroup = 20;
const groupMs = 60_000;
/** For so long a caller waits; longer, and the worker is free for other chats. Milliseconds. */
const patienceMs = 3_000;

/** What of Telegram's limits this process knows. Waits reject with `chat-rate-limited` where they would be long. */
export interface Pace {
  /** For a post or its edit: a turn that all processes share, and what `talk` waits for. */
  post(channel: ChannelKey, deed: 'send' | 'edit', signal: AbortSignal): Promise<void>;
  /** In a conversation, where an answer is waited for: a person sets the pace, and Telegram bears short bursts. */
  talk(channel: ChannelKey, deed: 'send' | 'edit', signal: AbortSignal): Promise<void>;
  /** Telegram wants nothing more in a chat for a while. Milliseconds. */
  limited(chat: string, forMs: number): void;
}

export interface PaceOptions {
  turns: Turns;
  nowMs?: () => number;
}

/** Keeps to Telegram's limits. Those of all chats together, and of groups, are kept by each process for itself. */
export function createPace({ turns, nowMs = () => performance.now() }: PaceOptions): Pace {
  const heldUntil = new Map<string, number>();
  const sent = new Map<string, number[]>();
  let nextMs = 0;

  const waitUntil = async (atMs: number, channel: ChannelKey, signal: AbortSignal): Promise<void> => {
    const waitMs = atMs - nowMs();
    if (waitMs <= 0) return;
    if (waitMs > patienceMs)
      throw new AppError('chat-rate-limited', `Telegram takes nothing more in ${channel} for another ${Math.ceil(waitMs / 1_000)} s`, {
        retryAfterMs: waitMs,
      });
    await pause(waitMs, signal);
  };

  /** Since when a group has had its share; the calls of the last minute are remembered. */
  const shareOf = (channel: ChannelKey, deed: string): { freeAtMs: number; count: () => void } => {
    const key = `${channel} ${deed}`;
    const recent = (sent.get(key) ?? []).filter((atMs) => atMs > nowMs() - groupMs);
    if (recent.length === 0) sent.delete(key);
    return {
      freeAtMs: (recent.at(-mostInGroup) ?? -Infinity) + groupMs,
      count: () => void sent.set(key, [...recent, nowMs()].slice(-mostInGroup)),
    };
  };

  const talk: Pace['talk'] = async (channel, deed, signal) => {
    await waitUntil(heldUntil.get(channelId(channel)) ?? 0, channel, signal);
    if (!isPrivateChat(channel)) {
      const { freeAtMs } = shareOf(channel, deed);
      await waitUntil(freeAtMs, channel, signal);
      shareOf(channel, deed).count();
    }
    // Each books the next moment, so that those who came first go first; where that is far away, nobody books.
    const mineMs = Math.max(nextMs, nowMs() - burst * apartMs);
    if (mineMs - nowMs() <= patienceMs) nextMs = mineMs + apartMs;
    await waitUntil(mineMs, channel, signal);
  };

  return {
    talk,
    post: async (channel, deed, signal) => {
      await turns.take(channel, signal);
      await talk(channel, deed, signal);
    },
    limited: (chat, forMs) => {
      for (const [key, atMs] of heldUntil) if (atMs <= nowMs()) heldUntil.delete(key);
      heldUntil.set(chat, nowMs() + forMs);
    },
  };
}
