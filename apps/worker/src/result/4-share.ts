import type { Picture, UploadProgress } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { Description } from './2-describe.ts';

/** Posts the annotated picture. The record keeps how far the upload got, so a retry continues there and never posts twice. */
export async function share(
  record: SnapshotRecord,
  { bytes, title, altText, text }: Description & Pick<Picture, 'bytes'>,
  { chat, writeChannel }: ConnectedPlatform,
  records: SnapshotRecords,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  let current = record;
  const picture = { bytes, fileName: `${record.snapshotId}.jpg`, title, altText };
  await chat.sharePicture(
    { channel: writeChannel, picture, text, progress: record.upload },
    async (upload) => {
      current = await records.save(reached(current, upload), signal);
    },
    signal,
  );
  return current;
}

/** The record with an upload's progress. That it is shared and that the result is posted is one write, with nothing in between. */
export function reached(record: SnapshotRecord, upload: UploadProgress): SnapshotRecord {
  return upload.state === 'shared' ? { ...record, upload, state: 'posted', error: null } : { ...record, upload };
}
