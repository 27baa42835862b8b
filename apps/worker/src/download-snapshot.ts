import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { sniff } from '@watchpost/shared/sniff';
import type { KeptFiles } from './kept-files.ts';

export interface DownloadDeps {
  chat: ChatPlatform;
  files: KeptFiles;
  maxBytes: number;
}

/**
 * The bytes of a snapshot as the camera posted it: kept ones, or else downloaded and kept. HEIC cannot be decoded here (its codec is not
 * free), so the platform's thumbnail is used instead. Rejects as ChatPlatform.download does.
 */
export async function downloadSnapshot(
  { snapshotId, file }: Pick<SnapshotJob, 'snapshotId' | 'file'>,
  { chat, files, maxBytes }: DownloadDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const kept = files.get(snapshotId);
  if (kept) return kept;
  const original = await chat.download(file, { maxBytes, source: 'original' }, signal);
  const bytes = sniff(original) === 'heic' ? await chat.download(file, { maxBytes, source: 'thumbnail' }, signal) : original;
  files.keep(snapshotId, bytes);
  return bytes;
}
