import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from './calls.ts';

const infoSchema = z.looseObject({ channel: z.looseObject({ is_mpim: z.boolean().nullish().catch(null) }) });

/**
 * What events call the `channel_type` of a channel and histories leave out, where its id does not say it: G… are private channels that are
 * old, and conversations of several people. Undefined: the id says it, or Slack does not tell. Rejects with errors that pass.
 */
export async function channelTypeOf(call: SlackCall, channel: string, signal: AbortSignal): Promise<'group' | 'mpim' | undefined> {
  if (!channel.startsWith('G')) return undefined;
  try {
    const info = await call('conversations.info', { channel }, infoSchema, signal);
    return info.channel.is_mpim === false ? 'group' : 'mpim';
  } catch (error) {
    if (!(error instanceof AppError) || error.retry === 'transient') throw error;
    return undefined;
  }
}
