import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { requireReady } from '../gallery-ready.ts';
import type { KeptFiles } from '../kept-files.ts';
import { recordingFailures } from '../record-failure.ts';
import { areRestored, type RestoredDeps } from '../restored-files.ts';
import type { StepTimer } from '../step-timer.ts';
import { download } from './1-download.ts';
import { see, seeAgain, type SeeDeps, type SeeResult } from './2-see.ts';
import { match, type MatchDeps } from './3-match.ts';
import { isUnrecognised, recordFound, recordSkipped, type RecordDeps } from './4-record.ts';
import { joinVisit, type JoinDeps } from './5-join-visit.ts';
import type { Freshness } from './freshness.ts';
import { keepTrying } from './keep-trying.ts';

export interface SnapshotDeps extends SeeDeps, MatchDeps, RecordDeps, JoinDeps, Pick<RestoredDeps, 'documents'> {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  log: Logger;
  timed: StepTimer;
  files: KeptFiles;
  freshness: Freshness;
  maxBytes: number;
}

/**
 * One snapshot, from its file to its record and its visit. An attempt does only what its record says is left: a recognised
 * snapshot is not seen again.
 */
export function createSnapshotHandler(deps: SnapshotDeps): JobHandler<'snapshot'> {
  const { records, timed } = deps;
  return recordingFailures(deps, async (job, { attempt }, signal) => {
    // Its people were seen when it was posted first.
    if (await areRestored([job.file.id], deps, signal)) return 'idle';
    const log = deps.log.child({ snapshot: job.snapshotId, camera: job.camera, attempt });
    const opened = await records.open(job, signal);
    const isNew = isUnrecognised(opened);
    const recognised = isNew ? await recognise(job, opened, { ...deps, log }, signal) : opened;
    if (recognised.state === 'recognised' || (recognised.state === 'failed' && recognised.faces !== null)) {
      await timed('join-visit', () => keepTrying(() => joinVisit(recognised, deps, signal), log, signal));
    } else {
      deps.files.drop(job.snapshotId);
    }
    const { state, outcome, faces, sameAs } = recognised;
    log.info({ state, outcome, faces: faces?.length ?? null, sameAs }, 'snapshot done');
    return isNew ? undefined : 'idle';
  });
}

async function recognise(job: SnapshotJob, opened: SnapshotRecord, deps: SnapshotDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  const { gallery, freshness, timed, log } = deps;
  requireReady(gallery);
  // What another attempt has begun is nearly done.
  if (opened.look === null && (await freshness.isToBeSkipped(job))) return recordSkipped(opened, deps, signal);
  const startedAtMs = performance.now();
  const result = (await timed('compare', () => seeAgain(opened, deps, signal))) ?? (await downloadAndSee(job, opened, deps, signal));
  // Without what follows: while the database is away that takes minutes, and says nothing about the next ones.
  freshness.worked(performance.now() - startedAtMs);
  const matched =
    result.kind === 'seen' ? await timed('match', () => keepTrying(() => match(job, result.seen, deps, signal), log, signal)) : null;
  return timed('record', () => keepTrying(() => recordFound(result, matched, deps, signal), log, signal));
}

async function downloadAndSee(job: SnapshotJob, opened: SnapshotRecord, deps: SnapshotDeps, signal: AbortSignal): Promise<SeeResult> {
  const { timed, platformFor, files, maxBytes } = deps;
  const { chat } = platformFor(job.channel);
  const downloaded = await timed('download', () => download(job, { chat, files, maxBytes }, signal));
  return timed('see', () => see(opened, downloaded, deps, signal));
}
