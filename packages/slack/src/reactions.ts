import { z } from 'zod';
import { channelId } from '@watchpost/shared/chat/chat';
import type { ChatReactions } from '@watchpost/shared/chat/directory';
import type { SlackCall } from './calls.ts';
import { slackErrorOf } from './errors.ts';

const anything = z.looseObject({});

/** It is as it was to be, or nobody can see it. */
const isDone = {
  'reactions.add': new Set(['already_reacted', 'message_not_found']),
  'reactions.remove': new Set(['no_reaction', 'message_not_found']),
};

/** Slack's reactions, set and taken back as the bot. */
export function createSlackReactions(call: SlackCall): ChatReactions {
  const ask =
    (method: keyof typeof isDone): ChatReactions['add'] =>
    async ({ channel, messageId }, emoji, signal) => {
      try {
        await call(method, { channel: channelId(channel), timestamp: messageId, name: emoji }, anything, signal);
      } catch (error) {
        if (!isDone[method].has(slackErrorOf(error) ?? '')) throw error;
      }
    };
  return { add: ask('reactions.add'), remove: ask('reactions.remove') };
}
