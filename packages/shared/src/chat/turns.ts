import type { ChannelKey } from './chat.ts';

/**
 * Turns to post in a channel, shared by all processes: a platform takes about one message a second in a channel, and no channel may
 * hold up another.
 */
export interface Turns {
  /**
   * Resolves when it is the caller's turn: at most one a second in each channel. Rejects with `chat-rate-limited` (with `retryAfterMs`)
   * if the channel is held for longer than a few seconds, so that the worker is free for other channels.
   */
  take(channel: ChannelKey, signal: AbortSignal): Promise<void>;
  /** The platform wants no message in this channel for a while: nobody gets a turn until then. */
  hold(channel: ChannelKey, forMs: number, signal: AbortSignal): Promise<void>;
}
