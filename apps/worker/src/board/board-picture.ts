import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { AppError } from '@watchpost/shared/errors';
import { scaleBox } from '@watchpost/shared/geometry';
import type { Feed } from '@watchpost/feeds/feed';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { decode } from '@watchpost/see/picture/decode';
import { downloadSnapshot } from '../download-snapshot.ts';
import type { KeptFiles } from '../kept-files.ts';
import { drawFaces } from '../visit/annotate/draw.ts';
import { maxResultSidePx } from '../visit/annotate/layout.ts';
import { readBoardFileId } from './describe-visit.ts';
import { knowVisit, type KnowVisitDeps } from './know-visit.ts';
import { pixelate } from './pixelate.ts';
import { planBoardPicture } from './plan-picture.ts';
import { whoIsShown } from './who-is-shown.ts';

export interface BoardPictureDeps extends KnowVisitDeps {
  records: SnapshotRecords;
  files: KeptFiles;
  platformFor: (channel: ChannelKey) => Pick<ConnectedPlatform, 'chat'>;
  maxBytes: number;
  maxPixels: number;
}

/** Draws the picture of a board that a file's id stands for. */
export type BoardPicture = (fileId: string, feed: Feed, signal: AbortSignal) => Promise<Uint8Array>;

/**
 * The snapshot as a JPEG: boxes and names of those whom the board shows, all other faces made unrecognisable. Rejects with `file-gone` when
 * the visit, or who is in it, has changed since: a newer version of the entry has a picture of its own.
 */
export function createBoardPicture(deps: BoardPictureDeps): BoardPicture {
  const { records, files, platformFor, maxBytes, maxPixels } = deps;
  return async (fileId, feed, signal) => {
    const wanted = readBoardFileId(fileId);
    const known = wanted && (await knowVisit(wanted.visitId, deps, signal));
    const plan = known && planBoardPicture(known.visit, whoIsShown(known.view, feed.people), known.faces);
    if (!plan || plan.hash !== wanted.hash) throw new AppError('file-gone', 'who is in the visit has changed since');
    const record = await records.get(plan.snapshotId, signal);
    if (!record) throw new AppError('file-gone', 'the snapshot has no record any more');
    const { chat } = platformFor(record.job.channel);
    const bytes = await downloadSnapshot(record.job, { chat, files, maxBytes }, signal);
    const { picture } = await decode(bytes, { maxPixels, workPixels: maxResultSidePx ** 2 });
    const scale = picture.width / (record.width ?? picture.width);
    const blurred = pixelate(
      picture,
      plan.blurred.map((box) => scaleBox(box, scale)),
    );
    return drawFaces(
      blurred,
      plan.shown.map(({ box, label }) => ({ box: scaleBox(box, scale), label })),
    );
  };
}
