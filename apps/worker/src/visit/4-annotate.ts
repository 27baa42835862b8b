import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { scaleBox } from '@watchpost/shared/geometry';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { decode } from '@watchpost/see/picture/decode';
import { pixelate } from '../board/pixelate.ts';
import { downloadSnapshot } from '../download-snapshot.ts';
import type { KeptFiles } from '../kept-files.ts';
import type { PicturePlan } from './3-choose-picture.ts';
import { drawFaces } from './annotate/draw.ts';
import { maxResultSidePx } from './annotate/layout.ts';

export interface AnnotateDeps {
  records: SnapshotRecords;
  files: KeptFiles;
  maxBytes: number;
  /** Larger pictures are refused. */
  maxPixels: number;
}

/** The snapshot as a JPEG with a box for every face, and the number and name of each that can be told apart. */
export async function annotate(
  { snapshotId, labels, blurred }: PicturePlan,
  chat: ChatPlatform,
  { records, files, maxBytes, maxPixels }: AnnotateDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const record = await records.get(snapshotId, signal);
  if (!record) throw new AppError('record-missing', 'the snapshot has no record any more');
  const bytes = await downloadSnapshot(record.job, { chat, files, maxBytes }, signal);
  // Shrunk while it is decoded, so that a picture of 40 megapixels is not drawn in full.
  const { picture } = await decode(bytes, { maxPixels, workPixels: maxResultSidePx ** 2 });
  const scale = picture.width / (record.width ?? picture.width);
  const shown = pixelate(
    picture,
    blurred.map((box) => scaleBox(box, scale)),
  );
  return drawFaces(
    shown,
    labels.map((label) => ({ box: scaleBox(label.box, scale), label })),
  );
}
