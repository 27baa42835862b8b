import { z } from 'zod';
import { tsSchema } from '../2-parse.ts';

/** What is read of a channel at most: the newest so many messages, so many of its threads, and so many replies of a thread. */
export const most = { messages: 5_000, threads: 200, replies: 1_000 } as const;
/** Slack's limit. */
export const largestPage = 999;

/** A message as Slack's history has it, with what it says of its thread. */
export const historyMessageSchema = z.looseObject({
  ts: tsSchema,
  reply_count: z.number().catch(0),
  latest_reply: tsSchema.nullish().catch(null),
});
