import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { Violation } from '@watchpost/rules/violation';
import { moderationOf } from '../offered.ts';
import type { RuleCounts } from '../rule-counts.ts';
import { save, type StoreDeps } from './store.ts';

export interface RemoveDeps extends StoreDeps {
  ruleCounts: Pick<RuleCounts, 'removal' | 'removed'>;
}

type Outcome = 'removed' | 'gone';

/** How long after a message was posted it is found in it, unless it is an edit. Milliseconds. */
const soonMs = 60_000;

/**
 * Removes the files that are to go, then the message, and notes each. What is refused stays, and the rest goes nevertheless. Rejects with
 * the first failure that another attempt may help.
 */
export async function remove(
  violation: Violation,
  platform: Pick<ConnectedPlatform, 'moderation'>,
  deps: RemoveDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const moderation = moderationOf(platform);
  let current = violation;
  let later: AppError | null = null;
  const attempt = async (work: () => Promise<Outcome>, note: (now: Violation, outcome: Outcome | AppError) => Violation): Promise<void> => {
    const outcome = await oneRemoval(work);
    if (typeof outcome === 'string' || outcome.retry === 'permanent') {
      const seen = outcome === 'gone' && hasAsked(violation) ? 'removed' : outcome;
      current = await save(current, (now) => note(now, seen), deps, signal);
      deps.ruleCounts.removal(typeof seen === 'string' ? seen : 'refused');
      if (seen === 'removed') deps.ruleCounts.removed(deps.now() - sinceMs(violation));
    } else later ??= outcome;
  };

  for (const { fileId, state } of violation.removal.files)
    if (state === 'wanted') await attempt(async () => moderation.removeFile(fileId, signal), noteFile(fileId, deps));
  if (violation.removal.state === 'wanted') {
    const { channel, messageId, thread } = violation.message;
    await attempt(async () => moderation.removeMessage({ channel, messageId, thread }, signal), noteMessage(deps));
  }
  if (later) throw later as AppError;
  return current;
}

/** An earlier attempt may have removed it, and died before it knew. */
const hasAsked = ({ removal }: Violation): boolean => removal.tries > 1;

const sinceMs = ({ message, foundAtMs }: Violation): number => (foundAtMs - message.postedAtMs < soonMs ? message.postedAtMs : foundAtMs);

async function oneRemoval(work: () => Promise<Outcome>): Promise<Outcome | AppError> {
  try {
    return await work();
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'aborted') throw error;
    return error;
  }
}

const noteFile =
  (fileId: string, { now: clock }: RemoveDeps) =>
  (now: Violation, outcome: Outcome | AppError): Violation => {
    const state: Outcome | 'failed' = typeof outcome === 'string' ? outcome : 'failed';
    const files = now.removal.files.map((file) => (file.fileId === fileId ? { ...file, state } : file));
    const error = typeof outcome === 'string' ? now.removal.error : `a file. ${wordsOf(outcome)}`;
    // The message may be gone since an earlier attempt.
    const overall = typeof outcome !== 'string' && now.removal.state !== 'wanted' ? 'failed' : now.removal.state;
    return { ...now, removal: { ...now.removal, files, error, state: overall, atMs: clock(), ...failedFor(now, overall) } };
  };

/** Comes last: what it notes is what became of all. */
const noteMessage =
  ({ now: clock }: RemoveDeps) =>
  (now: Violation, outcome: Outcome | AppError): Violation => {
    const { removal } = now;
    const isRefused = typeof outcome !== 'string';
    const filesFailed = removal.files.some(({ state }) => state === 'failed');
    const anyRemoved = outcome === 'removed' || removal.files.some(({ state }) => state === 'removed');
    const state =
      isRefused || filesFailed
        ? 'failed'
        : removal.files.some((file) => file.state === 'wanted')
          ? 'wanted'
          : anyRemoved
            ? 'removed'
            : 'gone';
    const error = isRefused ? wordsOf(outcome) : filesFailed ? removal.error : null;
    return { ...now, removal: { ...removal, state, error, atMs: clock(), ...failedFor(now, state) } };
  };

/** Another attempt for the same change does not try it again. */
export const failedFor = ({ wanted }: Violation, state: Violation['removal']['state']): { failedFor?: number } =>
  state === 'failed' ? { failedFor: wanted } : {};

/** What an error says to admins; what is no error of ours may say anything. */
export const wordsOf = ({ code, message }: AppError): string =>
  (code === 'internal' ? 'something went wrong, and the log says what' : message).slice(0, 500);

/** Notes that it was not removed. `isFinal`: it is not tried again. `hasAsked`: the platform was asked for it, and may have done it. */
export async function noteFailure(
  violation: Violation,
  { error, isFinal, hasAsked: mayBeDone }: { error: AppError; isFinal: boolean; hasAsked: boolean },
  deps: RemoveDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const noted = (now: Violation): Violation => {
    const { removal } = now;
    // A platform that has no time for us has not done it.
    const tries = mayBeDone && error.code !== 'chat-rate-limited' ? removal.tries : Math.max(0, removal.tries - 1);
    const files = removal.files.map((file) => (isFinal && file.state === 'wanted' ? { ...file, state: 'failed' as const } : file));
    const failed = isFinal ? ({ state: 'failed', ...failedFor(now, 'failed') } as const) : {};
    return { ...now, removal: { ...removal, tries, files, error: wordsOf(error), ...failed } };
  };
  if (isFinal) deps.ruleCounts.removal(error.retry === 'permanent' ? 'refused' : 'given-up');
  return save(violation, noted, deps, signal);
}
