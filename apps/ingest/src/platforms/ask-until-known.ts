import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';

/** Events are refused until the answer is there, so a repair should show soon. */
const backoff = { firstMs: 1_000, maxMs: 15_000 };

/** Something that a platform is asked in the background until it answers, such as who we are. */
export interface Asked<T> {
  /** Null until it has answered. */
  current: () => T | null;
  /** For readiness: true once it has answered; a sentence if a person must do something first. */
  check: () => boolean | string;
  /** Resolves when it has answered, or when the signal has aborted. */
  done: Promise<void>;
}

/**
 * Asks in the background until there is an answer, so that ingest starts while a platform is unreachable. The log says why there is none
 * (`failed` where the error has no sentence for a person), and reminds of that every `remindMs` milliseconds.
 */
export function askUntilKnown<T>(
  ask: () => Promise<T>,
  { log, failed, remindMs = 600_000 }: { log: Logger; failed: string; remindMs?: number },
  signal: AbortSignal,
): Asked<T> {
  let told = { message: '', untilMs: 0 };
  let answer: T | null = null;
  let repair: string | null = null;
  const asking = retry(
    async () => {
      answer = await ask();
    },
    {
      backoff,
      onRetry: (error, next) => {
        const { retry: kind, message } = toAppError(error);
        repair = kind === 'repairable' ? message : null;
        const isTold = message === told.message && Date.now() < told.untilMs;
        if (!isTold) told = { message, untilMs: Date.now() + remindMs };
        log[isTold ? 'debug' : kind === 'transient' ? 'warn' : 'error']({ err: error, ...next }, repair ?? failed);
      },
    },
    signal,
  );
  // It only ends without an answer when the process stops.
  return { current: () => answer, check: () => answer !== null || (repair ?? false), done: asking.catch(() => undefined) };
}
