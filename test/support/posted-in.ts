import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { snapshotJob } from './factories.ts';

let serial = 0;

/** The id of the file that is posted next. */
export const nextFileId = (): string => `F${serial + 1}`;

/** Posts a file in the fake Slack and gives the job that ingest would have made. `url`: where a worker downloads it. */
export function postedIn({ files, url }: Pick<FakeSlack, 'files' | 'url'>, bytes: Buffer, over: Partial<SnapshotJob> = {}): SnapshotJob {
  serial += 1;
  const id = `F${serial}`;
  files.set(id, { id, bytes, contentType: 'image/jpeg', info: {} });
  const messageId = `1700000000.${String(serial).padStart(6, '0')}`;
  const file = {
    id,
    name: 'x.jpg',
    mimeType: 'image/jpeg',
    sizeBytes: bytes.length,
    url: `${url}/download/${id}`,
    thumbnailUrl: null,
  };
  const snapshotId = `slack-CREAD-${messageId}-${id}`;
  return snapshotJob({ snapshotId, channel: 'slack:CREAD', messageId, takenAtMs: Date.now(), camera: null, file, ...over });
}
