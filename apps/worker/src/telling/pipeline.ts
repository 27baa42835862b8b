import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { type AppError, toAppError } from '@watchpost/shared/errors';
import type { JobContext, JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { TellingJob } from '@watchpost/shared/jobs/telling-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import { alone } from '../alone.ts';
import { isGalleryMissing } from '../gallery-ready.ts';
import { isTooLate, later, waiting } from '../violation/patience.ts';
import { leaseOf, save } from '../violation/store.ts';
import { putBackOrDelete, type PutBackDeps } from './1-put-back-or-delete.ts';
import { report, type ReportDeps } from './2-report.ts';
import { tellAuthor } from './3-tell-author.ts';
import { tellChannel, type TellChannelDeps } from './4-tell-channel.ts';
import { answerAppeal, type AnswerAppealDeps } from './5-answer-appeal.ts';

export interface TellingDeps extends PutBackDeps, ReportDeps, TellChannelDeps, AnswerAppealDeps {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  documents: DocumentStore;
  violations: Pick<Violations, 'get' | 'update'>;
  log: Logger;
}

/**
 * Tells people what became of a violation. Each step is noted when it is done, so that an attempt after a kill goes on there. Posts wait
 * for their turn, so this never holds up a removal.
 */
export function createTellingHandler(deps: TellingDeps): JobHandler<'telling'> {
  return async (job, context, signal) => {
    const isOver = (violation: Violation | undefined): boolean =>
      !violation || violation.done >= job.wanted || violation.wanted > job.wanted;
    const before = await deps.violations.get(job.violationId, signal);
    // It has expired, all was told, or another change follows whose job tells everything.
    if (isOver(before?.violation)) return 'idle';
    return alone(
      deps.documents,
      leaseOf(job.violationId),
      async () => {
        const { violation } = (await deps.violations.get(job.violationId, signal)) ?? {};
        if (!violation || isOver(violation)) return 'idle';
        return tell(job, violation, context, deps, signal);
      },
      signal,
    );
  };
}

async function tell(
  { what }: TellingJob,
  violation: Violation,
  context: JobContext,
  deps: TellingDeps,
  signal: AbortSignal,
): Promise<void> {
  const platform = deps.platformFor(violation.message.channel);
  if (what === 'delay') return void (await report(violation, platform, deps, signal));
  await tellAll(violation, platform, context, deps, signal);
  await save(violation, (now) => ({ ...now, done: Math.max(now.done, violation.wanted) }), deps, signal);
  deps.log.info({ violation: violation.id, removal: violation.removal.state }, 'everybody was told of a violation');
}

/** Each is told for itself: a channel that is not available keeps nobody else from being told. Rejects with the first failure. */
async function tellAll(
  removed: Violation,
  platform: ConnectedPlatform,
  { lastAttempt }: JobContext,
  deps: TellingDeps,
  signal: AbortSignal,
): Promise<void> {
  let violation = removed;
  let first: AppError | null = null;
  for (const step of [putBackOrDelete, report, tellAuthor, tellChannel, answerAppeal]) {
    try {
      violation = await step(violation, platform, deps, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (signal.aborted || isGalleryMissing(error)) throw error;
      first ??= error;
    }
  }
  if (!first) return;
  // A platform may be away for longer than all attempts take, and nobody knows of it yet.
  if (!isTooLate(removed, deps.now()) && first.retry !== 'permanent')
    throw lastAttempt && first.retryAfterMs === undefined ? later(first) : waiting(first);
  // Else nobody could ask for it again.
  if (removed.asked) await save(removed, (now) => (now.asked ? { ...now, asked: null } : now), deps, signal);
  deps.log.error({ err: first, violation: removed.id }, 'not everybody could be told of a violation');
}
