import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobContext, JobHandler, JobResult } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import { alone, type Room } from '../alone.ts';
import { failsForGood } from '../fails-for-good.ts';
import { isGalleryMissing } from '../gallery-ready.ts';
import { decide, type DecideDeps } from './1-decide.ts';
import { keep, type KeepDeps } from './2-keep.ts';
import { noteFailure, remove, type RemoveDeps } from './3-remove.ts';
import { restore, type RestoreDeps } from './4-restore.ts';
import { report, type ReportDeps } from './5-report.ts';
import { tellAuthor } from './6-tell-author.ts';
import { tellChannel } from './7-tell-channel.ts';
import { busy, save } from './store.ts';

export interface ViolationDeps extends DecideDeps, Omit<KeepDeps, 'quarantine'>, RemoveDeps, Omit<RestoreDeps, 'quarantine'>, ReportDeps {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  documents: DocumentStore;
  violations: Pick<Violations, 'get' | 'update'>;
  quarantine: DecideDeps['quarantine'] & KeepDeps['quarantine'] & RestoreDeps['quarantine'];
  log: Logger;
}

/** A worker that dies holds others up no longer; a call of the platform takes 15 s at most. Milliseconds. */
const leaseMs = 20_000;
/** So soon is tried again what only a person can repair. Milliseconds. */
const repairMs = 60_000;
/** After so long nothing more is tried. Milliseconds. */
const tryForMs = 24 * 3_600_000;

/**
 * Does what follows from a violation: removes, then tells. Each step is noted when it is done, so that an attempt after a kill goes on
 * there. Telling never keeps anything from being removed.
 */
export function createViolationHandler(deps: ViolationDeps): JobHandler<'violation'> {
  return async ({ violationId, wanted }, context, signal) => {
    const stored = await deps.violations.get(violationId, signal);
    if (!stored) throw new AppError('violation-missing', 'there is no such violation: it has expired');
    if (stored.violation.done >= wanted) return 'idle';
    const room: Room = { id: `violation-${violationId}`, leaseMs, busy };
    return alone(deps.documents, room, () => follow(violationId, wanted, context, deps, signal), signal);
  };
}

async function follow(id: string, wanted: number, context: JobContext, deps: ViolationDeps, signal: AbortSignal): Promise<JobResult> {
  const { violation: found } = (await deps.violations.get(id, signal)) ?? {};
  if (!found || found.done >= wanted) return 'idle';
  const platform = deps.platformFor(found.message.channel);
  const removed = await removeAll(found, platform, context, deps, signal);
  if (removed.later) await tellOfDelay(removed, platform, deps, signal);
  else {
    await tellAll(removed.violation, platform, deps, signal);
    await save(found, (now) => ({ ...now, done: Math.max(now.done, found.wanted) }), deps, signal);
  }
  const { removal, findings, unread } = removed.violation;
  deps.log.info({ violation: id, removal: removal.state, findings: findings.length, unread: unread.length }, 'violation done');
  if (removed.later) throw removed.later;
  return undefined;
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
    const isFinal = failsForGood(error, context) || deps.now() - found.foundAtMs > tryForMs;
    const violation = await noteFailure(decided, { error, isFinal, hasAsked: kept !== null }, deps, signal);
    deps.log.warn({ err: error, violation: found.id, isFinal }, 'something was not removed');
    return { violation, later: isFinal ? null : waiting(error) };
  }
}

/** What a person must repair is tried again soon, and holds up nothing else. */
const waiting = (error: AppError): AppError =>
  error.retry === 'repairable' ? new AppError('violation-waiting', error.message, { cause: error, retryAfterMs: repairMs }) : error;

/** The admins hear that it still stands there, unless that was the first failure and may pass in a moment. */
async function tellOfDelay(
  { violation, later }: Removed,
  platform: ConnectedPlatform,
  deps: ViolationDeps,
  signal: AbortSignal,
): Promise<void> {
  if (violation.removal.tries < 2 && later?.code !== 'violation-waiting') return;
  try {
    await report(violation, platform, deps, signal);
  } catch (err) {
    if (signal.aborted || isGalleryMissing(err)) throw err;
    deps.log.warn({ err, violation: violation.id }, 'the admins could not be told that something is not removed yet');
  }
}

/** Each is told for itself: a channel that is not available keeps nobody else from being told. Rejects with the first failure. */
async function tellAll(removed: Violation, platform: ConnectedPlatform, deps: ViolationDeps, signal: AbortSignal): Promise<void> {
  let violation = removed;
  let first: AppError | null = null;
  for (const step of [restore, report, tellAuthor, tellChannel]) {
    try {
      violation = await step(violation, platform, deps, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (signal.aborted || isGalleryMissing(error)) throw error;
      first ??= error;
    }
  }
  if (!first) return;
  if (deps.now() - removed.foundAtMs < tryForMs && first.retry !== 'permanent') throw waiting(first);
  deps.log.error({ err: first, violation: removed.id }, 'not everybody could be told of a violation');
}
