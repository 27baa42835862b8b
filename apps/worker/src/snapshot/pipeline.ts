import { toAppError } from '@watchpost/shared/errors';
import type { JobHandler, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/jobs';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { recordFailure } from '../record-failure.ts';
import type { StepTimer } from '../step-timer.ts';
import { downloadSnapshot } from './1-download.ts';
import { see, type SeeDeps } from './2-see.ts';
import { match, type MatchDeps } from './3-match.ts';
import type { ChatPlatform } from '@watchpost/shared/chat/chat';

export interface SnapshotDeps extends SeeDeps, MatchDeps {
  chat: ChatPlatform;
  sender: JobSender;
  log: Logger;
  timed: StepTimer;
  maxBytes: number;
  /** Longest wait for the queue to take the result job, milliseconds. */
  sendTimeoutMs: number;
}

/**
 * One snapshot from its file to its record: download, see, match, record, and ask for the post.
 * The record holds what was reached, so a retry of a recognised snapshot only asks for the post again.
 */
export function createSnapshotHandler(deps: SnapshotDeps): JobHandler<'snapshot'> {
  const { records, timed } = deps;
  return async (job, { attempt, lastAttempt }, signal) => {
    const log = deps.log.child({ snapshot: job.snapshotId, camera: job.camera, attempt });
    const opened = await records.open(job, signal);
    try {
      const recognised = isOpen(opened) ? await recognise(job, opened, deps, signal) : opened;
      if (recognised.state === 'recognised' || recognised.state === 'failed') {
        await timed('request-result', () =>
          deps.sender.send({ v: 1, kind: 'result', snapshotId: job.snapshotId }, { timeoutMs: deps.sendTimeoutMs }),
        );
      }
      log.info({ state: recognised.state, faces: recognised.faces?.length ?? null, sameAs: recognised.sameAs }, 'snapshot done');
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.retry === 'permanent' || lastAttempt) await recordFailure(job.snapshotId, error, deps, signal);
      throw error;
    }
  };
}

/** Not looked at yet, or failed before it was: an operator may run a failed job again. */
function isOpen(record: SnapshotRecord): boolean {
  return record.faces === null && (record.state === 'received' || record.state === 'failed');
}

async function recognise(job: SnapshotJob, record: SnapshotRecord, deps: SnapshotDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  const { timed, records } = deps;
  const downloaded = await timed('download', () => downloadSnapshot(job.file, deps, signal));
  const result = await timed('see', () => see(job, downloaded, deps, signal));
  const common = { ...record, error: null, sha256: result.sha256, fingerprint: result.fingerprint };
  if (result.kind === 'nothing-new') {
    return records.save({ ...common, state: 'nothing-new', sameAs: result.sameAs }, signal);
  }
  const { width, height } = result.seen;
  const faces = await timed('match', () => match(job, result.seen, deps, signal));
  return records.save({ ...common, state: faces.length > 0 ? 'recognised' : 'nothing-to-post', width, height, faces }, signal);
}
