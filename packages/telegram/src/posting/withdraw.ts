import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { signalOf } from '../api.ts';
import { messageAt } from '../channel.ts';
import { isGone } from '../errors.ts';
import { inChannel, type PostingParts } from './send.ts';

/** Deletes a message of ours with its picture; one that is gone is no error. Telegram refuses older ones in some chats. */
export async function withdraw(
  { channel, messageId }: { channel: ChannelKey; messageId: string },
  parts: PostingParts,
  signal: AbortSignal,
): Promise<void> {
  const at = messageAt(channel, messageId);
  if (!at) return;
  await parts.pace.post(channel, 'edit', signal);
  const remove = async (): Promise<void> => {
    await parts.api.raw.deleteMessage(at, signalOf(signal)).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  };
  await inChannel(channel, parts, remove, signal);
}
