import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { signalOf, type TelegramApi } from './api.ts';

const text = z.string().optional().catch(undefined);
const chatSchema = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: text,
  username: text,
  first_name: text,
  last_name: text,
  permissions: z
    .looseObject({ can_send_messages: z.boolean().optional(), can_send_photos: z.boolean().optional() })
    .optional()
    .catch(undefined),
});
export type ChatInfo = z.infer<typeof chatSchema>;

const memberSchema = z.looseObject({
  status: z.string(),
  is_member: z.boolean().optional().catch(undefined),
  is_anonymous: z.boolean().optional().catch(undefined),
  can_post_messages: z.boolean().optional().catch(undefined),
  can_send_messages: z.boolean().optional().catch(undefined),
  can_send_photos: z.boolean().optional().catch(undefined),
  user: z.looseObject({ is_bot: z.boolean() }),
});
export type Membership = z.infer<typeof memberSchema>;

/** A chat as Telegram knows it. */
export async function chatInfo(api: TelegramApi, chat: number, signal: AbortSignal): Promise<ChatInfo> {
  const { data } = chatSchema.safeParse(await api.raw.getChat({ chat_id: chat }, signalOf(signal)));
  if (!data) throw new AppError('chat-unavailable', 'getChat: unexpected response');
  return data;
}

/** Somebody in a group or channel. */
export async function membershipOf(api: TelegramApi, chat: number, member: number, signal: AbortSignal): Promise<Membership> {
  const { data } = memberSchema.safeParse(await api.raw.getChatMember({ chat_id: chat, user_id: member }, signalOf(signal)));
  if (!data) throw new AppError('chat-unavailable', 'getChatMember: unexpected response');
  return data;
}

/** Whether this membership is one: those who were restricted may have left too. */
export const isIn = ({ status, is_member: isMember }: Membership): boolean =>
  ['creator', 'administrator', 'member'].includes(status) || (status === 'restricted' && isMember === true);

/** Remembers what was asked for a while, and little of it. `freshMs`: by the answer, milliseconds. */
export function remembered<K, T>(ask: (key: K, signal: AbortSignal) => Promise<T>, freshMs: (value: T) => number, most = 5_000) {
  const known = new Map<K, { value: T; untilMs: number }>();
  return async (key: K, signal: AbortSignal): Promise<T> => {
    const found = known.get(key);
    if (found && performance.now() < found.untilMs) return found.value;
    const value = await ask(key, signal);
    if (known.size >= most) known.clear();
    known.set(key, { value, untilMs: performance.now() + freshMs(value) });
    return value;
  };
}
