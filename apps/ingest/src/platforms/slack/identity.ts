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

/** Asks Slack who we are until it answers, in the background. */
export function lookUpIdentity(call: SlackCall, log: Logger, signal: AbortSignal): IdentityLookup {
  let identity: SlackIdentity | null = null;
  let repair: string | null = null;
  const ask = async (): Promise<void> => {
    const { user_id: userId, bot_id: botId, app_id: appId } = await call('auth.test', {}, authTestSchema, signal);
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
        repair = kind === 'repairable' ? `Slack does not accept the bot token (${message}): check SLACK_API_TOKEN` : null;
        log[kind === 'transient' ? 'warn' : 'error']({ err: error, ...next }, repair ?? 'auth.test failed, retrying');
      },
    },
    signal,
  );
  // It only ends without an identity when the process stops.
  return { current: () => identity, check: () => identity !== null || (repair ?? false), done: asking.catch(() => undefined) };
}
