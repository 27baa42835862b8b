import { authTest } from '@watchpost/slack/auth-test';
import type { SlackCall } from '@watchpost/slack/calls';
import type { Logger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import { askUntilKnown, type Asked } from '../ask-until-known.ts';
import type { SlackIdentity } from './3-to-jobs.ts';

const authTestSchema = z.looseObject({ user_id: z.string().nullish(), bot_id: z.string().nullish(), app_id: z.string().nullish() });

/** Who we are on Slack: null until `auth.test` has succeeded. */
export type IdentityLookup = Asked<SlackIdentity>;

/** Asks Slack who we are until it answers, in the background. The log says why it does not, and reminds of that every `remindMs` milliseconds. */
export function lookUpIdentity(call: SlackCall, log: Logger, signal: AbortSignal, remindMs?: number): IdentityLookup {
  const ask = async (): Promise<SlackIdentity> => {
    const { user_id: userId, bot_id: botId, app_id: appId } = await authTest(call, authTestSchema, signal);
    const identity = { userId: userId ?? null, botId: botId ?? null, appId: appId ?? null };
    log.info(identity, 'Slack identity resolved');
    return identity;
  };
  return askUntilKnown(ask, { log, failed: 'auth.test failed, retrying', ...(remindMs !== undefined && { remindMs }) }, signal);
}
