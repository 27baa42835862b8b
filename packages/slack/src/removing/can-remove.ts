import { z } from 'zod';
import type { CanRemove, ChatModeration } from '@watchpost/shared/chat/moderation';
import { AppError } from '@watchpost/shared/errors';
import { raceAbort } from '@watchpost/shared/wait';
import type { SlackCall } from '../calls.ts';
import { slackErrorOf } from '../errors.ts';

const text = z.string().nullish().catch(null);
const identity = z.looseObject({
  user_id: z.string(),
  team_id: text,
  /** From the header `x-oauth-scopes`. */
  response_metadata: z
    .looseObject({ scopes: z.array(z.string()).optional() })
    .optional()
    .catch(undefined),
});
const flag = z.boolean().nullish().catch(null);
const userInfo = z.looseObject({ user: z.looseObject({ is_admin: flag, is_owner: flag, is_primary_owner: flag }) });

/** It is not asked again within this time. Milliseconds. */
const freshMs = 60_000;
const needed = ['chat:write', 'files:write'];

export interface CanRemoveOptions {
  call: SlackCall;
  userCall: SlackCall | null;
  nowMs: () => number;
}

const no = (why: string): CanRemove => ({ can: false, why });
const again = 'install the app again as an owner or admin of the workspace, and set SLACK_USER_TOKEN to the user token';

/**
 * Whether SLACK_USER_TOKEN may remove what others wrote: Slack accepts it, it has the scopes, and it is an owner's or admin's of this
 * workspace. What Slack does not tell does not count against it. While Slack does not answer, the last answer holds.
 */
export function createCanRemove({ call, userCall, nowMs }: CanRemoveOptions): ChatModeration['canRemove'] {
  let known: { answer: CanRemove; atMs: number } | null = null;
  let asking: Promise<CanRemove> | null = null;
  const canRemove: ChatModeration['canRemove'] = async (signal) => {
    if (!userCall) return no('SLACK_USER_TOKEN is not set: it needs an admin’s user token with the scopes chat:write and files:write');
    if (known && nowMs() - known.atMs < freshMs) return known.answer;
    // Many removals at once ask once.
    asking ??= ask(call, userCall, signal).finally(() => {
      asking = null;
    });
    try {
      known = { answer: await raceAbort(asking, signal), atMs: nowMs() };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Whoever asked first has stopped.
      if (error.code === 'aborted' && !signal.aborted) return canRemove(signal);
      if (!known || error.code === 'aborted') throw error;
      known = { ...known, atMs: nowMs() };
    }
    return known.answer;
  };
  return canRemove;
}

async function ask(call: SlackCall, userCall: SlackCall, signal: AbortSignal): Promise<CanRemove> {
  let who: z.infer<typeof identity>;
  try {
    who = await userCall('auth.test', {}, identity, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry === 'transient') throw error;
    return no(`Slack does not accept SLACK_USER_TOKEN (${slackErrorOf(error) ?? error.code}): ${again}`);
  }
  const scopes = who.response_metadata?.scopes;
  const missing = needed.filter((scope) => scopes && !scopes.includes(scope));
  if (missing.length > 0)
    return no(
      `SLACK_USER_TOKEN lacks the user scope${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}: add them to the app, and ${again}`,
    );
  if (!(await isSameTeam(call, who.team_id ?? null, signal))) return no(`SLACK_USER_TOKEN is of another workspace: ${again}`);
  return (await isAdmin([call, userCall], who.user_id, signal))
    ? { can: true }
    : no(`SLACK_USER_TOKEN is of a member who is neither an owner nor an admin: ${again}`);
}

async function isSameTeam(call: SlackCall, team: string | null, signal: AbortSignal): Promise<boolean> {
  const ours = await known(() => call('auth.test', {}, identity, signal));
  return !ours?.team_id || team === null || ours.team_id === team;
}

/** Asks with the bot's token first: the admin's rarely has the scope. */
async function isAdmin(calls: readonly SlackCall[], user: string, signal: AbortSignal): Promise<boolean> {
  for (const call of calls) {
    const info = await known(() => call('users.info', { user }, userInfo, signal));
    if (!info) continue;
    const { is_admin: admin, is_owner: owner, is_primary_owner: primary } = info.user;
    return [admin, owner, primary].includes(true) || [admin, owner].every((each) => typeof each !== 'boolean');
  }
  return true;
}

/** Null: Slack does not tell us. Rejects with what may pass. */
async function known<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.retry !== 'transient') return null;
    throw error;
  }
}
