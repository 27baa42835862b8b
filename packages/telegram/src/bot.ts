import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { signalOf, type TelegramApi } from './api.ts';

const botSchema = z.looseObject({
  id: z.number(),
  username: z.string().regex(/^\w{1,64}$/),
  can_read_all_group_messages: z.boolean().optional().catch(undefined),
});

/** Who we are. */
export type Bot = z.infer<typeof botSchema>;
export type WhoAmI = (signal: AbortSignal) => Promise<Bot>;

/** Asks who the bot is. Rejects as the calls do; `chat-unavailable` if it is no bot's answer. */
export async function askWhoAmI(api: TelegramApi, signal: AbortSignal): Promise<Bot> {
  const { data: bot } = botSchema.safeParse(await api.raw.getMe(signalOf(signal)));
  if (!bot) throw new AppError('chat-unavailable', 'getMe: unexpected response');
  return bot;
}

/** The same, asked once: a token's bot does not change, nor, but for a person's doing, its name. */
export function createWhoAmI(api: TelegramApi): WhoAmI {
  let known: Bot | null = null;
  return async (signal) => (known ??= await askWhoAmI(api, signal));
}
