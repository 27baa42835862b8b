import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { AppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { requireReady } from '../gallery-ready.ts';
import type { OutcomeCounter } from '../outcome-counter.ts';
import { recordingFailures } from '../record-failure.ts';
import type { StepTimer } from '../step-timer.ts';
import { gather, isWorthPosting } from './1-gather.ts';
import { describe } from './2-describe.ts';
import { annotate, type AnnotateDeps } from './3-annotate.ts';
import { reached, share } from './4-share.ts';

export interface ResultDeps extends AnnotateDeps {
  count: OutcomeCounter;
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  gallery: Gallery;
  records: SnapshotRecords;
  log: Logger;
  timed: StepTimer;
}

/** Posts one recognised snapshot, with the names as they are now. */
export function createResultHandler(deps: ResultDeps): JobHandler<'result'> {
  return recordingFailures(deps, async ({ snapshotId }, { attempt }, signal) => {
    const log = deps.log.child({ snapshot: snapshotId, attempt });
    const record = await deps.records.get(snapshotId, signal);
    if (!record) throw new AppError('record-missing', 'the snapshot has no record');
    if (record.upload?.state === 'shared' && record.state !== 'posted') {
      // Whatever has become of the snapshot or the gallery since: the post is there.
      await deps.records.save(reached(record, record.upload), signal);
      log.info('the result was posted already');
      return 'idle';
    }
    if (!isPostable(record)) {
      log.debug({ state: record.state }, 'nothing to post');
      return 'idle';
    }
    const { state, faces, job } = await post(record, deps, signal);
    deps.files.drop(snapshotId);
    log.info({ state, faces: faces?.length, camera: job.camera, delayMs: Date.now() - job.takenAtMs }, 'result done');
    return state === 'posted' ? undefined : 'idle';
  });
}

/** Recognised and not posted, or failed to post and run again by an operator. */
function isPostable({ state, faces }: SnapshotRecord): boolean {
  return state === 'recognised' || (state === 'failed' && faces !== null && faces.length > 0);
}

async function post(record: SnapshotRecord, deps: ResultDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  const { gallery, records, timed } = deps;
  const platform = deps.platformFor(record.job.channel);
  const { chat } = platform;
  requireReady(gallery);
  const gathered = await timed('gather', () => gather(record, { chat, gallery }, signal));
  // What we have asked for may be in the channel: that is seen through, although the persons may be ignored by now.
  const isAsked = record.upload?.state === 'sharing';
  if (!isAsked && !isWorthPosting(gathered.faces)) return records.save({ ...record, state: 'nothing-to-post' }, signal);
  const description = describe(gathered);
  const bytes = () => timed('annotate', () => annotate(gathered, description.labels, chat, deps, signal));
  return timed('share', () => share(record, { ...description, bytes }, platform, records, signal));
}
