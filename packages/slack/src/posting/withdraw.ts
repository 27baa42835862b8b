import { z } from 'zod';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { Turns } from '@watchpost/shared/chat/turns';
import type { SlackCall } from '../calls.ts';
import { slackErrorOf } from '../errors.ts';
import { messageAt } from '../history.ts';
import { seenGone } from './seen-gone.ts';

const anything = z.looseObject({});

export interface WithdrawOptions {
  call: SlackCall;
  turns: Turns;
  /** See RemovingFile. */
  readBackAfterMs: readonly number[];
}

/** Deletes a message of ours, and looks whether it is gone; one that is gone is no error. Rejects as seenGone. */
export async function withdraw(
  { channel, messageId }: { channel: ChannelKey; messageId: string },
  { call, turns, readBackAfterMs }: WithdrawOptions,
  signal: AbortSignal,
): Promise<void> {
  await turns.take(channel, signal);
  try {
    await call('chat.delete', { channel: channelId(channel), ts: messageId }, anything, signal);
    // A channel's history has no replies in threads; asked as a thread, both are found.
    const at = { channel: channelId(channel), messageId, thread: null, isReply: true };
    await seenGone('message', async () => (await messageAt(call, at, signal)) !== null, readBackAfterMs, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'chat-rate-limited') await turns.hold(channel, error.retryAfterMs ?? 0, signal);
    if (['message_not_found', 'thread_not_found'].includes(slackErrorOf(error) ?? '')) return;
    throw error;
  }
}
