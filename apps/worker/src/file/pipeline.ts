import { toAppError, type AppError, type ErrorCode } from '@watchpost/shared/errors';
import type { FileJob } from '@watchpost/shared/jobs/file-job';
import type { JobHandler, JobResult } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Extractor } from '@watchpost/extract/extract';
import type { FollowedRules } from '@watchpost/rules/rules';
import { appliesTo } from '@watchpost/rules/scope';
import { failsForGood } from '../fails-for-good.ts';
import { addToViolation } from '../findings.ts';
import { areRestored, type RestoredDeps } from '../restored-files.ts';
import type { RuleCounts } from '../rule-counts.ts';
import { fetchFile, type FetchDeps } from './1-fetch.ts';
import { extract, placeIn } from './2-extract.ts';
import { judge } from './3-judge.ts';
import { record, type RecordDeps } from './4-record.ts';

export interface FileDeps extends FetchDeps, RecordDeps, RestoredDeps {
  followedRules: Pick<FollowedRules, 'ready'>;
  extractor: Pick<Extractor, 'extract'>;
  ruleCounts: Pick<RuleCounts, 'file' | 'matches'>;
  log: Logger;
}

/** Looks whether a file of a message holds what a rule does not allow. What cannot be read is reported as such. */
export function createFileHandler(deps: FileDeps): JobHandler<'file'> {
  return async (job, context, signal) => {
    try {
      return await look(job, deps, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'file-gone') {
        deps.ruleCounts.file('gone', 'unknown');
        return 'idle';
      }
      if (!failsForGood(error, context)) throw error;
      await recordUnread(job, error, deps, signal);
      // That this one cannot be read is all that there is to say of it: nobody need look after the job.
      if (error.code in expected) return undefined;
      throw error;
    }
  };
}

async function look(job: FileJob, deps: FileDeps, signal: AbortSignal): Promise<JobResult> {
  const { followedRules, ruleCounts, log } = deps;
  const rules = await followedRules.ready(signal);
  // The rules may have changed since the job was queued.
  if (!rules.rules.some((rule) => rule.scan !== 'text' && appliesTo(rule, job))) return 'idle';
  if (await areRestored([job.fileId], deps, signal)) return 'idle';
  const fetched = await fetchFile(job, deps, signal);
  const read = await extract(fetched, job, deps, signal);
  const matches = await judge(read, job, rules, signal);
  const { unread, format } = read;
  if (matches.length > 0 || unread.length > 0) {
    await record({ matches, unread }, fetched, job, deps, signal);
    const found = { matches: matches.length, unread: unread.length, format };
    log.info({ channel: job.channel, message: job.messageId, file: job.fileId, ...found }, 'a file matched, or could not be read');
  }
  ruleCounts.file(matches.length > 0 ? 'matched' : unread.length > 0 ? 'unread' : 'clean', format);
}

/** Why a file cannot be read, as it is recorded. */
const expected: Partial<Record<ErrorCode, string>> = {
  'file-too-large': 'too-large',
  'file-external': 'external',
  'file-forbidden': 'forbidden',
  'file-host-refused': 'external',
};

/** A file that could not be looked at is no clean one: the admins are told. Logs an error of its own, which must not hide the failure. */
export async function recordUnread(
  job: FileJob,
  { code }: Pick<AppError, 'code'>,
  deps: Pick<FileDeps, 'violations' | 'sender' | 'sendTimeoutMs' | 'ruleCounts' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const unread = [{ fileId: job.fileId, where: placeIn(job, ''), reason: expected[code] ?? code }];
  try {
    await addToViolation(job, { findings: [], unread }, deps, signal);
    deps.ruleCounts.file('unread', 'unknown');
  } catch (err) {
    deps.log.warn({ err, message: job.messageId, file: job.fileId }, 'could not record that a file could not be read');
  }
}
