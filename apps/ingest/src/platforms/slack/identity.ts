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
  /** Resolves when the identity is known, or when the signal has aborted. */
  done: Promise<void>;
}

/** Asks Slack who we are until it answers, in the background. */
export function lookUpIdentity(call: SlackCall, log: Logger, signal: AbortSignal): IdentityLookup {
  let identity: SlackIdentity | null = null;
  const ask = async (): Promise<void> => {
    const { user_id: userId, bot_id: botId, app_id: appId } = await call('auth.test', {}, authTestSchema, signal);
    identity = { userId: userId ?? null, botId: botId ?? null, appId: appId ?? null };
    log.info(identity, 'Slack identity resolved');
  };
  const asking = retry(
    ask,
    {
      backoff: { firstMs: 1_000, maxMs: 60_000 },
      onRetry: (error, next) =>
        log[toAppError(error).retry === 'permanent' ? 'error' : 'warn']({ err: error, ...next }, 'auth.test failed, retrying'),
    },
    signal,
  );
  // It only ends without an identity when the process stops.
  return { current: () => identity, done: asking.catch(() => undefined) };
}
