import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { JobHandler, JobResult } from '@watchpost/shared/jobs/job-queue';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FollowedRules } from '@watchpost/rules/rules';
import { appliesTo } from '@watchpost/rules/scope';
import { failsForGood } from '../fails-for-good.ts';
import { addToViolation, isPerson } from '../findings.ts';
import { areRestored, type RestoredDeps } from '../restored-files.ts';
import type { RuleCounts } from '../rule-counts.ts';
import { unreadableLog } from '../unreadable-log.ts';
import { open, type OpenDeps } from './1-open.ts';
import { judge } from './2-judge.ts';
import { record, type RecordDeps } from './3-record.ts';
import { queueFiles, type FilesDeps } from './4-files.ts';

export interface MessageDeps extends OpenDeps, RecordDeps, FilesDeps, RestoredDeps {
  followedRules: Pick<FollowedRules, 'ready'>;
  ruleCounts: Pick<RuleCounts, 'message' | 'verdict' | 'matches'>;
  log: Logger;
}

/** Looks whether a message says what a rule does not allow. Of one that does not, nothing is left but a count. */
export function createMessageHandler(deps: MessageDeps): JobHandler<'message'> {
  const onUnreadable = unreadableLog(deps);
  return async (job, context, signal) => {
    try {
      return await look(job, { ...deps, onUnreadable }, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (failsForGood(error, context)) await recordUnjudged(job, error, deps, signal);
      throw error;
    }
  };
}

async function look(job: MessageJob, deps: MessageDeps, signal: AbortSignal): Promise<JobResult> {
  const { followedRules, ruleCounts, now } = deps;
  const rules = await followedRules.ready(signal);
  // Ingest queues all messages while it does not know the rules.
  if (!rules.rules.some((rule) => appliesTo(rule, job))) return 'idle';
  const content = await open(job, deps, signal);
  if (!content) {
    ruleCounts.message('gone');
    return 'idle';
  }
  const matches = await judge(content, job, rules, signal);
  ruleCounts.verdict(now() - job.atMs);
  const files = content.files.map(({ id }) => id);
  // Our own post. Whoever shares such a file says something of their own.
  if (matches.length > 0 && !isPerson(job.author) && (await areRestored(files, deps, signal))) return 'idle';
  if (matches.length > 0) {
    await record(matches, content, job, deps, signal);
    deps.log.info({ channel: job.channel, message: job.messageId, change: job.change, matches: matches.length }, 'a message matched');
  }
  await queueFiles(content, job, rules, deps);
  ruleCounts.message(matches.length > 0 ? 'matched' : 'clean');
}

/** What could not be looked at is no clean message: the admins are told. Logs an error of its own, which must not hide the failure. */
export async function recordUnjudged(
  job: MessageJob,
  { code }: AppError,
  deps: Pick<MessageDeps, 'violations' | 'sender' | 'sendTimeoutMs' | 'ruleCounts' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await addToViolation(job, { findings: [], unread: [{ fileId: null, where: 'text', reason: code }] }, deps, signal);
    deps.ruleCounts.message('unjudged');
  } catch (err) {
    deps.log.warn({ err, message: job.messageId }, 'could not record that a message could not be judged');
  }
}
