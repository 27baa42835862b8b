import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { requireReady } from '../gallery-ready.ts';
import type { KeptFiles } from '../kept-files.ts';
import { recordingFailures } from '../record-failure.ts';
import type { StepTimer } from '../step-timer.ts';
import { download } from './1-download.ts';
import { see, seeAgain, type SeeDeps, type SeeResult } from './2-see.ts';
import { match, type MatchDeps } from './3-match.ts';
import { isUnrecognised, recordOutcome } from './4-record.ts';
import { joinVisit, type JoinDeps } from './5-join-visit.ts';
import { keepTrying } from './keep-trying.ts';

export interface SnapshotDeps extends SeeDeps, MatchDeps, JoinDeps {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  log: Logger;
  timed: StepTimer;
  files: KeptFiles;
  maxBytes: number;
}

/**
 * One snapshot, from its file to its record and its visit. An attempt does only what its record says is left: a recognised
 * snapshot is not seen again.
 */
export function createSnapshotHandler(deps: SnapshotDeps): JobHandler<'snapshot'> {
  const { records, timed, files } = deps;
  return recordingFailures(deps, async (job, { attempt }, signal) => {
    const log = deps.log.child({ snapshot: job.snapshotId, camera: job.camera, attempt });
    const opened = await records.open(job, signal);
    const isNew = isUnrecognised(opened);
    const recognised = isNew ? await recognise(job, opened, { ...deps, log }, signal) : opened;
    if (recognised.state === 'recognised' || (recognised.state === 'failed' && recognised.faces !== null)) {
      await timed('join-visit', () => joinVisit(recognised, deps, signal));
    } else {
      files.drop(job.snapshotId);
    }
    log.info({ state: recognised.state, faces: recognised.faces?.length ?? null, sameAs: recognised.sameAs }, 'snapshot done');
    return isNew ? undefined : 'idle';
  });
}

async function recognise(job: SnapshotJob, opened: SnapshotRecord, deps: SnapshotDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  const { gallery, timed, records, log } = deps;
  requireReady(gallery);
  const result = (await timed('compare', () => seeAgain(opened, deps, signal))) ?? (await downloadAndSee(job, opened, deps, signal));
  const matched =
    result.kind === 'seen' ? await timed('match', () => keepTrying(() => match(job, result.seen, deps, signal), log, signal)) : null;
  return timed('record', () => keepTrying(() => recordOutcome(result, matched, records, signal), log, signal));
}

async function downloadAndSee(job: SnapshotJob, opened: SnapshotRecord, deps: SnapshotDeps, signal: AbortSignal): Promise<SeeResult> {
  const { timed, platformFor, files, maxBytes } = deps;
  const { chat } = platformFor(job.channel);
  const downloaded = await timed('download', () => download(job, { chat, files, maxBytes }, signal));
  return timed('see', () => see(opened, downloaded, deps, signal));
}
