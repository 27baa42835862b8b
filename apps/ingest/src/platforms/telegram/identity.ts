import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';
import { signalOf, type TelegramApi } from '@watchpost/telegram/api';
import type { Ourselves } from './addressed.ts';

export interface IdentityLookup {
  current: () => Ourselves;
  /** For readiness: true once our name is known; a sentence if a person must do something first. */
  check: () => boolean | string;
  /** Resolves when it is known, or when the signal has aborted. */
  done: Promise<void>;
}

/** A bot's token begins with its number. */
export const botIdOf = (token: string): number => Number(token.slice(0, token.indexOf(':')));

/** Asks Telegram for our name until it answers, in the background. The log says why it does not, and reminds of that every `remindMs` milliseconds. */
export function lookUpIdentity(
  { api, token, log, remindMs = 600_000 }: { api: Pick<TelegramApi, 'getMe'>; token: string; log: Logger; remindMs?: number },
  signal: AbortSignal,
): IdentityLookup {
  let told = { message: '', untilMs: 0 };
  let ourselves: Ourselves = { id: botIdOf(token), username: null };
  let repair: string | null = null;
  const ask = async (): Promise<void> => {
    const { username } = await api.getMe(signalOf(signal));
    ourselves = { ...ourselves, username };
    log.info({ id: ourselves.id, username }, 'Telegram identity resolved');
  };
  const asking = retry(
    ask,
    {
      backoff: { firstMs: 1_000, maxMs: 15_000 },
      onRetry: (error, next) => {
        const { retry: kind, message } = toAppError(error);
        repair = kind === 'repairable' ? message : null;
        const isTold = message === told.message && Date.now() < told.untilMs;
        if (!isTold) told = { message, untilMs: Date.now() + remindMs };
        log[isTold ? 'debug' : kind === 'transient' ? 'warn' : 'error'](
          { err: error, ...next },
          repair ?? 'Telegram does not say who we are, retrying',
        );
      },
    },
    signal,
  );
  // It only ends without a name when the process stops.
  return { current: () => ourselves, check: () => ourselves.username !== null || (repair ?? false), done: asking.catch(() => undefined) };
}
