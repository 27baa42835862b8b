import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import type { SlackCall } from '../calls.ts';
import { isRefusal, slackErrorOf } from '../errors.ts';
import { isAboutAuthor, refusedRemoval, tokenFault, type Removed } from './refusals.ts';

export interface RemovingOptions {
  /** With the bot's token: deletes what the app itself has posted, and reads back. */
  call: SlackCall;
  /** With an admin's token; null: there is none. */
  userCall: SlackCall | null;
  /** The waits before it is looked again whether it is gone: what others read may be a little older. Milliseconds. */
  readAgainAfterMs: readonly number[];
}

/** One thing to be removed. */
export interface Removal {
  what: Removed;
  remove: (call: SlackCall, signal: AbortSignal) => Promise<unknown>;
  /** Slack's errors that mean that it is not there. */
  absent: ReadonlySet<string>;
  isThere: (call: SlackCall, signal: AbortSignal) => Promise<boolean>;
}

/** `done`: Slack says that it is deleted. `absent`: it says that there is none. `unclear`: it may have been deleted. An error: it refuses. */
type Attempt = { said: 'done' | 'absent' } | { said: 'unclear' | 'refused'; error: AppError };

/**
 * Deletes something, and reads back whether it is gone. `gone`: somebody else was faster, or an earlier attempt of ours. Rejects with
 * `removal-refused`, `removal-unconfirmed`, `chat-not-authorised` where the admin's token needs a repair, or as SlackCall.
 */
export async function removeVerified(removal: Removal, options: RemovingOptions, signal: AbortSignal): Promise<'removed' | 'gone'> {
  const { call, userCall } = options;
  let attempt = await tryToRemove(removal, userCall ?? call, options, signal);
  // What the app has posted itself, it may delete even where the admin may not.
  if (attempt.said === 'refused' && userCall && isAboutAuthor(attempt.error)) attempt = await ownAttempt(removal, attempt, options, signal);
  switch (attempt.said) {
    case 'unclear':
      if (await isGone(removal, options, [0], signal)) return 'removed';
      throw attempt.error;
    case 'refused':
      if (await isGone(removal, options, [0], signal)) return 'gone';
      throw refusedRemoval(attempt.error, removal.what, userCall !== null);
    case 'done':
    case 'absent':
      break;
  }
  if (await isGone(removal, options, [0, ...options.readAgainAfterMs], signal)) return attempt.said === 'done' ? 'removed' : 'gone';
  throw attempt.said === 'done'
    ? new AppError('removal-unconfirmed', `Slack says that it has deleted the ${removal.what}, and still shows it`)
    : new AppError(
        'removal-unconfirmed',
        `Slack says that there is no such ${removal.what}, and still shows it: the account of SLACK_USER_TOKEN may not see it. Invite it to the channel`,
      );
}

async function tryToRemove(
  { what, remove, absent }: Removal,
  by: SlackCall,
  { userCall }: RemovingOptions,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    await remove(by, signal);
    return { said: 'done' };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'aborted' || error.code === 'chat-rate-limited') throw error;
    if (absent.has(slackErrorOf(error) ?? '')) return { said: 'absent' };
    if (!isRefusal(error)) return { said: 'unclear', error };
    const fault = tokenFault(error, what);
    if (fault) throw by === userCall ? fault : error;
    return { said: 'refused', error };
  }
}

/** With the bot's own token, after the admin's was `refused`: the refusal that counts is the admin's. */
async function ownAttempt(removal: Removal, refused: Attempt, options: RemovingOptions, signal: AbortSignal): Promise<Attempt> {
  try {
    const own = await tryToRemove(removal, options.call, options, signal);
    return own.said === 'refused' ? refused : own;
  } catch (error) {
    if (error instanceof AppError && error.retry === 'repairable') return refused;
    throw error;
  }
}

/** Looks after each wait; what passes is looked over until the last time. */
async function isGone(removal: Removal, options: RemovingOptions, waitsMs: readonly number[], signal: AbortSignal): Promise<boolean> {
  for (const [index, waitMs] of waitsMs.entries()) {
    if (waitMs > 0) await pause(waitMs, signal);
    try {
      if (!(await isThere(removal, options, signal))) return true;
    } catch (error) {
      const mayPass = error instanceof AppError && error.retry === 'transient' && error.retryAfterMs === undefined;
      if (!mayPass || ['aborted', 'removal-unconfirmed'].includes(error.code) || index === waitsMs.length - 1) throw error;
    }
  }
  return false;
}

/** As the bot sees it; where it may not look, as the admin does. */
async function isThere({ what, isThere: look }: Removal, { call, userCall }: RemovingOptions, signal: AbortSignal): Promise<boolean> {
  try {
    return await look(call, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry === 'transient') throw error;
    const seen = userCall && (await look(userCall, signal).catch((second: unknown) => passing(second)));
    if (typeof seen === 'boolean') return seen;
    throw new AppError('removal-unconfirmed', `Slack does not let the app look whether the ${what} is gone: invite it to the channel`, {
      cause: error,
    });
  }
}

/** What may pass is thrown on; of the rest nothing is known. */
function passing(error: unknown): null {
  if (error instanceof AppError && error.retry !== 'transient') return null;
  throw error;
}
