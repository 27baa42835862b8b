import { createHash } from 'node:crypto';
import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { downloadSnapshot } from '../download-snapshot.ts';

export interface Downloaded {
  /** The file as the camera posted it, or the platform's thumbnail of a HEIC. */
  bytes: Uint8Array;
  /** SHA-256 of `bytes`, hex. */
  sha256: string;
}

/** Downloads a job's snapshot. Rejects as ChatPlatform.download does. */
export async function download(
  { file }: SnapshotJob,
  deps: { chat: ChatPlatform; maxBytes: number },
  signal: AbortSignal,
): Promise<Downloaded> {
  const bytes = await downloadSnapshot(file, deps, signal);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
