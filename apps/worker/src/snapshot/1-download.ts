import { createHash } from 'node:crypto';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { type DownloadDeps, downloadSnapshot } from '../download-snapshot.ts';

export interface Downloaded {
  /** The file as the camera posted it, or the platform's thumbnail of a HEIC. */
  bytes: Uint8Array;
  /** SHA-256 of `bytes`, hex. */
  sha256: string;
}

/** Downloads a job's snapshot, unless an earlier attempt did. Rejects as ChatPlatform.download does. */
export async function download(job: SnapshotJob, deps: DownloadDeps, signal: AbortSignal): Promise<Downloaded> {
  const bytes = await downloadSnapshot(job, deps, signal);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
