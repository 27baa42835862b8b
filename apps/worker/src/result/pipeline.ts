import type { ChannelKey, ChatPlatform } from '@watchpost/shared/chat/chat';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { scaleBox } from '@watchpost/shared/geometry';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { recordFailure } from '../record-failure.ts';
import { downloadSnapshot } from '../snapshot/1-download.ts';
import type { StepTimer } from '../step-timer.ts';
import { gather, isWorthPosting, type Gathered } from './1-gather.ts';
import { describe } from './2-describe.ts';
import { decode } from '@watchpost/see/picture/decode';
import { annotate } from './annotate/draw.ts';
import { maxResultSidePx } from './annotate/layout.ts';

export interface ResultDeps {
  chat: ChatPlatform;
  gallery: Gallery;
  records: SnapshotRecords;
  /** Larger pictures are refused, as when they were looked at. */
  maxPixels: number;
  writeChannel: ChannelKey;
  log: Logger;
  timed: StepTimer;
  maxBytes: number;
}

/**
 * Posts one recognised snapshot: gather what is known now, describe, annotate, share. The record keeps how far the upload got,
 * so a retry goes on from there and never posts twice.
 */
export function createResultHandler(deps: ResultDeps): JobHandler<'result'> {
  const { records } = deps;
  return async ({ snapshotId }, { attempt, lastAttempt }, signal) => {
    const log = deps.log.child({ snapshot: snapshotId, attempt });
    const record = await records.get(snapshotId, signal);
    if (!record) throw new AppError('record-missing', 'the snapshot has no record');
    if (!isPostable(record)) {
      log.debug({ state: record.state }, 'nothing to post');
      return;
    }
    try {
      const done = await post(record, deps, signal);
      const { faces, job } = done;
      log.info({ state: done.state, faces: faces?.length, camera: job.camera, delayMs: Date.now() - job.takenAtMs }, 'result done');
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.retry === 'permanent' || lastAttempt) await recordFailure(snapshotId, error, deps, signal);
      throw error;
    }
  };
}

/** Recognised and not posted; or its post failed and an operator runs the job again. */
function isPostable({ state, faces }: SnapshotRecord): boolean {
  return state === 'recognised' || (state === 'failed' && faces !== null && faces.length > 0);
}

async function post(record: SnapshotRecord, deps: ResultDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  if (!deps.gallery.isReady()) throw new AppError('gallery-not-ready', 'the gallery is still loading', { retryAfterMs: 5_000 });
  const gathered = await deps.timed('gather', () => gather(record, deps, signal));
  if (isWorthPosting(gathered.faces)) return share(gathered, deps, signal);
  return deps.records.save({ ...record, state: 'nothing-to-post' }, signal);
}

async function share(gathered: Gathered, deps: ResultDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  const { chat, records, timed } = deps;
  const description = describe(gathered);
  let { record } = gathered;
  const bytes = await timed('annotate', async () => {
    const { bytes: original } = await downloadSnapshot(record.job.file, deps, signal);
    // Shrunk while it is decoded: a 40 megapixel picture must not be drawn in full.
    const { picture } = await decode(original, { maxPixels: deps.maxPixels, workPixels: maxResultSidePx ** 2 });
    const scale = picture.width / (record.width ?? picture.width);
    return annotate(
      picture,
      gathered.faces.flatMap(({ face }, index) => {
        const label = description.labels[index];
        return label ? [{ box: scaleBox(face.box, scale), label }] : [];
      }),
    );
  });
  const picture = { bytes, fileName: `${record.snapshotId}.jpg`, title: description.title, altText: description.altText };
  const message = { channel: deps.writeChannel, picture, text: description.text, progress: record.upload };
  const upload = await timed('share', () =>
    chat.sharePicture(
      message,
      async (progress) => {
        record = await records.save({ ...record, upload: progress }, signal);
      },
      signal,
    ),
  );
  return records.save({ ...record, state: 'posted', upload, error: null }, signal);
}
