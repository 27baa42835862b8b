import type { Logger } from '@watchpost/shared/observability/logger';
import { signalOf, type TelegramApi } from '@watchpost/telegram/api';
import { askUntilKnown, type Asked } from '../ask-until-known.ts';
import type { Ourselves } from './addressed.ts';

/** Who we are on Telegram. Our number is in the token; the name is null until Telegram has told it. */
export interface IdentityLookup extends Pick<Asked<Ourselves>, 'check' | 'done'> {
  current: () => Ourselves;
}

/** A bot's token begins with its number. */
export const botIdOf = (token: string): number => Number(token.slice(0, token.indexOf(':')));

/** Asks Telegram for our name until it answers, in the background. The log says why it does not, and reminds of that every `remindMs` milliseconds. */
export function lookUpIdentity(
  { api, token, log, remindMs }: { api: Pick<TelegramApi, 'getMe'>; token: string; log: Logger; remindMs?: number },
  signal: AbortSignal,
): IdentityLookup {
  const id = botIdOf(token);
  const ask = async (): Promise<Ourselves> => {
    const { username } = await api.getMe(signalOf(signal));
    log.info({ id, username }, 'Telegram identity resolved');
    return { id, username };
  };
  const failed = 'Telegram does not say who we are, retrying';
  const { current, check, done } = askUntilKnown(ask, { log, failed, ...(remindMs !== undefined && { remindMs }) }, signal);
  return { current: () => current() ?? { id, username: null }, check, done };
}
