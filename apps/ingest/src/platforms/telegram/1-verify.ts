import { isSameSecret } from '../../same-secret.ts';

/** Of the header with which Telegram proves that it sent a request; nothing in the body does. */
export const secretHeader = 'x-telegram-bot-api-secret-token';

/** Why a request is not taken for Telegram's. */
export type Refusal = 'header-missing' | 'secret-wrong';

/** Whether a request comes from Telegram: null if nothing is wrong. `given`: the header. Compares in constant time. Pure. */
export function refusalOf(given: string | readonly string[] | undefined, secret: string): Refusal | null {
  if (typeof given !== 'string') return 'header-missing';
  return isSameSecret(given, secret) ? null : 'secret-wrong';
}
