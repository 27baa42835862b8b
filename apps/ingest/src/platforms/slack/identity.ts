import { pause } from '@watchpost/shared/wait';
import type { SlackCall } from '@watchpost/slack/calls';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import type { SlackIdentity } from './3-to-jobs.ts';

const authTestSchema = z.looseObject({ user_id: z.string().nullish(), bot_id: z.string().nullish(), app_id: z.string().nullish() });

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export interface IdentityQuest {
  /** Null until Slack has told. */
  current(): SlackIdentity | null;
  /** Resolves when it is known, or when `signal` aborted. */
  done: Promise<void>;
}

/** Asks Slack who we are until it answers; Slack being away must not keep ingest from starting. */
export function findIdentity(call: SlackCall, log: Logger, signal: AbortSignal): IdentityQuest {
  let identity: SlackIdentity | null = null;
  const ask = async (): Promise<void> => {
    for (let tries = 0; !signal.aborted; tries += 1) {
      let waitMs = Math.min(firstPauseMs * 2 ** tries, longestPauseMs);
      try {
        const { user_id: userId, bot_id: botId, app_id: appId } = await call('auth.test', {}, authTestSchema, signal);
        identity = { userId: userId ?? null, botId: botId ?? null, appId: appId ?? null };
        log.info(identity, 'known to Slack');
        return;
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code === 'aborted') return;
        waitMs = Math.max(waitMs, error.retryAfterMs ?? 0);
        log[error.retry === 'permanent' ? 'error' : 'warn']({ err: error, waitMs }, 'auth.test failed, asking again');
      }
      await pause(waitMs, signal).catch(() => undefined);
    }
  };
  return { current: () => identity, done: ask() };
}
