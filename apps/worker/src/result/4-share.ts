import type { Picture } from '@watchpost/shared/chat/chat';
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
  const upload = await chat.sharePicture(
    { channel: writeChannel, picture, text, progress: record.upload },
    async (progress) => {
      current = await records.save({ ...current, upload: progress }, signal);
    },
    signal,
  );
  return records.save({ ...current, state: 'posted', upload, error: null }, signal);
}
