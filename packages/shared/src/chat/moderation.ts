import type { ChannelKey } from './chat.ts';
import type { Message } from './message.ts';

/** Whether a platform lets us remove what others wrote. */
export type CanRemove = { can: true } | { can: false; /** Why, in a sentence with what to do. */ why: string };

/**
 * What a platform offers to those who keep order. Removing is verified: it resolves only after the platform was asked again and does not
 * have it any more. Errors as ChatPlatform; `removal-refused` (permanent): the platform says that we may not, or cannot, remove this one;
 * `removal-unconfirmed` (transient): it said yes, and still has it.
 */
export interface ChatModeration {
  /** Whether there is a token that may remove what others wrote. Does not ask the platform twice within a minute. */
  canRemove(signal: AbortSignal): Promise<CanRemove>;
  /** `gone`: it was not there any more. */
  removeMessage(at: { channel: ChannelKey; messageId: string; thread: string | null }, signal: AbortSignal): Promise<'removed' | 'gone'>;
  /** A file, wherever it is shown. */
  removeFile(fileId: string, signal: AbortSignal): Promise<'removed' | 'gone'>;
  /** The message as it is now; null: it is gone. */
  read(at: { channel: ChannelKey; messageId: string; thread: string | null }, signal: AbortSignal): Promise<Message | null>;
  /** The newest messages of a channel, newest first; with those of threads. */
  recent(channel: ChannelKey, limit: number, signal: AbortSignal): Promise<Message[]>;
}
