import type { ChatAccess, Role } from '@watchpost/shared/chat/access';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { Permission } from '@watchpost/shared/chat/members';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { TelegramApi } from './api.ts';
import { chatNumber, isPrivateChat, telegramChat } from './channel.ts';
import { isIn, membershipOf, remembered } from './chat-info.ts';
import { says } from './errors.ts';

export interface PermissionOptions {
  api: TelegramApi;
  access: ChatAccess;
  /** TELEGRAM_ADMINS and TELEGRAM_ALLOWED. */
  admins: readonly string[];
  allowed: readonly string[];
  /** The results chat; null: none. */
  channel: ChannelKey | null;
  log: Logger;
}

/** Whoever has joined need not wait for long. Milliseconds. */
const [freshMs, joinedMs] = [60_000, 5_000];

/** Telegram's own accounts, in whose name anonymous admins, channels and the system write: nobody in particular. */
const nobodies: ReadonlySet<string> = new Set(['1087968824', '136817688', '777000']);

/** Whom the configuration lets in. */
export const configuredRoles = ({ admins, allowed }: Pick<PermissionOptions, 'admins' | 'allowed'>): ReadonlyMap<ChannelKey, Role> =>
  new Map([
    ...allowed.map((id): [ChannelKey, Role] => [telegramChat(id), 'member']),
    ...admins.map((id): [ChannelKey, Role] => [telegramChat(id), 'admin']),
  ]);

/** Whether a person may ask who was seen, and name: whoever was let in, and whoever is in the results chat. */
export function createMayRead(options: PermissionOptions): (member: string, signal: AbortSignal) => Promise<Permission> {
  const { api, access, channel, log } = options;
  const configured = configuredRoles(options);
  let hasComplained = false;

  const isInResults = async (member: string, signal: AbortSignal): Promise<Permission> => {
    if (channel === null) return 'no';
    if (isPrivateChat(channel)) return channelId(channel) === member ? 'yes' : 'no';
    try {
      const membership = await membershipOf(api, chatNumber(channel), Number(member), signal);
      return isIn(membership) && !membership.user.is_bot ? 'yes' : 'no';
    } catch (error) {
      if (!(error instanceof AppError) || error.retry === 'transient') throw error;
      if (says(error, 'user not found', 'user_id_invalid', 'participant_id_invalid', 'invalid user_id')) return 'no';
      if (!hasComplained)
        log.warn({ err: error, channel }, 'Telegram does not say who is in the results chat: only those who were let in may ask or name');
      hasComplained = true;
      return 'unknown';
    }
  };

  const known = remembered(isInResults, (permission) => (permission === 'yes' ? freshMs : joinedMs));
  return async (member, signal) => {
    if (!/^[1-9]\d{0,15}$/.test(member) || nobodies.has(member)) return 'no';
    const key = telegramChat(member);
    const isAdmitted = configured.has(key) || (await access.roleOf(key, signal)) !== null;
    return isAdmitted ? 'yes' : known(member, signal);
  };
}
