import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { within } from '@watchpost/shared/wait';
import { signalOf, type TelegramApi } from '@watchpost/telegram/api';
import { createLogRarely } from '../../log-rarely.ts';
import type { Taken } from './take-update.ts';
import type { TelegramMetrics } from './telegram-metrics.ts';

/** Of one answer: later it is of no use. Milliseconds. */
const answerMs = 5_000;

/** Tells Telegram that clicks were noticed, so that a button no longer shows that it waits. */
export interface Clicks {
  /** Does not wait for Telegram. */
  answer(click: NonNullable<Taken['click']>): void;
  /** Resolves when all answers are under way no more. */
  idle(): Promise<void>;
}

export function createClicks({
  api,
  telegramMetrics,
  log,
  now,
}: {
  api: Pick<TelegramApi, 'answerCallbackQuery'>;
  telegramMetrics: Pick<TelegramMetrics, 'clickUnanswered'>;
  log: Logger;
  now: () => number;
}): Clicks {
  const underWay = new Set<Promise<void>>();
  const rarely = createLogRarely(now);
  const never = new AbortController().signal;

  const tell = async ({ id, text }: NonNullable<Taken['click']>): Promise<void> => {
    try {
      await api.answerCallbackQuery(id, text === null ? {} : { text }, signalOf(within(never, answerMs)));
    } catch (error) {
      // Too late, as a rule. What the click asked for is done all the same.
      telegramMetrics.clickUnanswered();
      rarely(toAppError(error).code, (times) => log.info({ err: error, times }, 'Telegram took no answer to a click'));
    }
  };
  return {
    answer: (click) => {
      const telling = tell(click).finally(() => underWay.delete(telling));
      underWay.add(telling);
    },
    idle: async () => void (await Promise.all(underWay)),
  };
}
