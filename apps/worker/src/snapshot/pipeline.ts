import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { JobHandler, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { recordingFailures } from '../record-failure.ts';
import type { StepTimer } from '../step-timer.ts';
import { download } from './1-download.ts';
import { see, type SeeDeps } from './2-see.ts';
import { match, type MatchDeps } from './3-match.ts';
import { recordOutcome } from './4-record.ts';
import { requestResult } from './5-request-result.ts';

export interface SnapshotDeps extends SeeDeps, MatchDeps {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  sender: JobSender;
  log: Logger;
  timed: StepTimer;
  maxBytes: number;
  /** How long to wait for the queue to take the result job, milliseconds. */
  sendTimeoutMs: number;
}

/** One snapshot, from its file to its record and the request to post it. A retry of a recognised snapshot only repeats the request. */
export function createSnapshotHandler(deps: SnapshotDeps): JobHandler<'snapshot'> {
  const { records, timed } = deps;
  return recordingFailures(deps, async (job, { attempt }, signal) => {
    const log = deps.log.child({ snapshot: job.snapshotId, camera: job.camera, attempt });
    const opened = await records.open(job, signal);
    const recognised = isUnrecognised(opened) ? await recognise(job, opened, deps, signal) : opened;
    if (recognised.state === 'recognised' || recognised.state === 'failed') {
      await timed('request-result', () => requestResult(job, deps));
    }
    log.info({ state: recognised.state, faces: recognised.faces?.length ?? null, sameAs: recognised.sameAs }, 'snapshot done');
  });
}

/** New, or failed before its faces were recognised and run again by an operator. */
function isUnrecognised(record: SnapshotRecord): boolean {
  return record.faces === null && (record.state === 'received' || record.state === 'failed');
}

async function recognise(job: SnapshotJob, opened: SnapshotRecord, deps: SnapshotDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  const { timed, platformFor, maxBytes, records } = deps;
  const { chat } = platformFor(job.channel);
  const downloaded = await timed('download', () => download(job, { chat, maxBytes }, signal));
  const result = await timed('see', () => see(job, downloaded, deps, signal));
  const faces = result.kind === 'seen' ? await timed('match', () => match(job, result.seen, deps, signal)) : [];
  return recordOutcome(opened, result, faces, records, signal);
}
