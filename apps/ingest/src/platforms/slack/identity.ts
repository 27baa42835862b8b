import { authTest } from '@watchpost/slack/auth-test';
import type { SlackCall } from '@watchpost/slack/calls';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';
import { z } from 'zod';
import type { SlackIdentity } from './3-to-jobs.ts';

const authTestSchema = z.looseObject({ user_id: z.string().nullish(), bot_id: z.string().nullish(), app_id: z.string().nullish() });

export interface IdentityLookup {
  /** Null until `auth.test` has succeeded. */
  current: () => SlackIdentity | null;
  /** For readiness: true once the identity is known; a sentence if a person must do something first. */
  check: () => boolean | string;
  /** Resolves when the identity is known, or when the signal has aborted. */
  done: Promise<void>;
}

/** Asks Slack who we are until it answers, in the background. The log says why it does not, and reminds of that every `remindMs` milliseconds. */
export function lookUpIdentity(call: SlackCall, log: Logger, signal: AbortSignal, remindMs = 600_000): IdentityLookup {
  let told = { message: '', untilMs: 0 };
  let identity: SlackIdentity | null = null;
  let repair: string | null = null;
  const ask = async (): Promise<void> => {
    const { user_id: userId, bot_id: botId, app_id: appId } = await authTest(call, authTestSchema, signal);
    identity = { userId: userId ?? null, botId: botId ?? null, appId: appId ?? null };
    log.info(identity, 'Slack identity resolved');
  };
  const asking = retry(
    ask,
    {
      // Events are refused until then, so a repair should show soon.
      backoff: { firstMs: 1_000, maxMs: 15_000 },
      onRetry: (error, next) => {
        const { retry: kind, message } = toAppError(error);
        repair = kind === 'repairable' ? message : null;
        const isTold = message === told.message && Date.now() < told.untilMs;
        if (!isTold) told = { message, untilMs: Date.now() + remindMs };
        log[isTold ? 'debug' : kind === 'transient' ? 'warn' : 'error']({ err: error, ...next }, repair ?? 'auth.test failed, retrying');
      },
    },
    signal,
  );
  // It only ends without an identity when the process stops.
  return { current: () => identity, check: () => identity !== null || (repair ?? false), done: asking.catch(() => undefined) };
}
