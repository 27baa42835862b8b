import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobContext, JobHandler, JobResult, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Violation } from '@watchpost/rules/violation';
import type { Quarantine, Violations } from '@watchpost/rules/violations';
import { alone } from '../alone.ts';
import { failsForGood } from '../fails-for-good.ts';
import { isGalleryMissing } from '../gallery-ready.ts';
import { decide, type DecideDeps } from './1-decide.ts';
import { keep, type KeepDeps } from './2-keep.ts';
import { noteFailure, remove, type RemoveDeps } from './3-remove.ts';
import { isTooLate, later, waiting } from './patience.ts';
import { roomOf } from './store.ts';

export interface ViolationDeps extends DecideDeps, Omit<KeepDeps, 'quarantine'>, RemoveDeps {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  documents: DocumentStore;
  violations: Pick<Violations, 'get' | 'update'>;
  quarantine: DecideDeps['quarantine'] & KeepDeps['quarantine'] & Pick<Quarantine, 'erase'>;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  log: Logger;
}

/**
 * Removes what a violation asks to be removed, and queues the job that tells people. Each step is noted when it is done, so that an attempt
 * after a kill goes on there.
 */
export function createViolationHandler(deps: ViolationDeps): JobHandler<'violation'> {
  return async ({ violationId, wanted }, context, signal) => {
    const stored = await deps.violations.get(violationId, signal);
    if (!stored) throw new AppError('violation-missing', 'there is no such violation: it has expired');
    if (stored.violation.done >= wanted) return 'idle';
    return alone(deps.documents, roomOf(violationId), () => follow(violationId, wanted, context, deps, signal), signal);
  };
}

async function follow(id: string, wanted: number, context: JobContext, deps: ViolationDeps, signal: AbortSignal): Promise<JobResult> {
  const { violation: found } = (await deps.violations.get(id, signal)) ?? {};
  if (!found || found.done >= wanted) return 'idle';
  const platform = deps.platformFor(found.message.channel);
  const removed = await removeAll(found, platform, context, deps, signal);
  if (!removed.later) await eraseNeedless(found, removed.violation, deps, signal);
  const what = whatToTell(removed);
  if (what)
    await deps.sender.send({ v: 1, kind: 'telling', violationId: id, wanted: found.wanted, what }, { timeoutMs: deps.sendTimeoutMs });
  const { removal, findings, unread } = removed.violation;
  deps.log.info({ violation: id, removal: removal.state, findings: findings.length, unread: unread.length }, 'violation done');
  if (removed.later) throw removed.later;
  return undefined;
}

/** What was kept when it was found, and is not removed, or not by a rule that keeps, is no longer kept. */
async function eraseNeedless(
  { findings }: Violation,
  { id, kept, removal }: Violation,
  { quarantine }: { quarantine: Pick<Quarantine, 'canKeep' | 'erase'> },
  signal: AbortSignal,
): Promise<void> {
  const mayBeKept = quarantine.canKeep && findings.some(({ action }) => action === 'quarantine');
  if (mayBeKept && kept.state === 'no' && removal.state !== 'wanted') await quarantine.erase(id, signal);
}

interface Removed {
  violation: Violation;
  /** Why another attempt follows; null: it is removed, or cannot be. */
  later: AppError | null;
}

async function removeAll(
  found: Violation,
  platform: ConnectedPlatform,
  context: JobContext,
  deps: ViolationDeps,
  signal: AbortSignal,
): Promise<Removed> {
  const decided = await decide(found, platform, deps, signal);
  let kept: Violation | null = null;
  try {
    kept = await keep(decided, platform, deps, signal);
    return { violation: await remove(kept, platform, deps, signal), later: null };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (signal.aborted || error.code === 'aborted' || isGalleryMissing(error)) throw error;
    // A platform may be away for longer than all attempts take: that says nothing about this removal.
    const isAway = error.code === 'chat-unavailable';
    const isFinal = (failsForGood(error, context) && !isAway) || isTooLate(found, deps.now());
    const violation = await noteFailure(decided, { error, isFinal, hasAsked: kept !== null }, deps, signal);
    deps.log.warn({ err: error, violation: found.id, isFinal }, 'something was not removed');
    return { violation, later: isFinal ? null : isAway && context.lastAttempt ? later(error) : waiting(error) };
  }
}

/** The admins hear that it still stands there, unless that was the first failure and may pass in a moment. */
function whatToTell({ violation, later }: Removed): 'done' | 'delay' | null {
  if (!later) return 'done';
  return violation.removal.tries < 2 && later.code !== 'violation-waiting' ? null : 'delay';
}
