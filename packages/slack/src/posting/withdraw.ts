import { z } from 'zod';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { Turns } from '@watchpost/shared/chat/turns';
import type { SlackCall } from '../calls.ts';
import { slackErrorOf } from '../errors.ts';

const anything = z.looseObject({});

/** Deletes a message of ours; one that is gone is no error. Rejects as SlackCall. */
export async function withdraw(
  { channel, messageId }: { channel: ChannelKey; messageId: string },
  { call, turns }: { call: SlackCall; turns: Turns },
  signal: AbortSignal,
): Promise<void> {
  await turns.take(channel, signal);
  try {
    await call('chat.delete', { channel: channelId(channel), ts: messageId }, anything, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'chat-rate-limited') await turns.hold(channel, error.retryAfterMs ?? 0, signal);
    if (!['message_not_found', 'thread_not_found'].includes(slackErrorOf(error) ?? '')) throw error;
  }
}
