import { createHash } from 'node:crypto';
import type { ChatFile, ChatPlatform } from '@watchpost/shared/chat/chat';
import { sniff } from '@watchpost/see/picture/sniff';

export interface Downloaded {
  /** The file as the camera posted it, or the platform's thumbnail of a HEIC. */
  bytes: Uint8Array;
  /** SHA-256 of `bytes`, hex. */
  sha256: string;
}

/**
 * Downloads a snapshot. HEIC cannot be decoded here (its codec is not free), so the platform's thumbnail is used instead.
 * Rejects as ChatPlatform.download does.
 */
export async function downloadSnapshot(
  file: ChatFile,
  { chat, maxBytes }: { chat: ChatPlatform; maxBytes: number },
  signal: AbortSignal,
): Promise<Downloaded> {
  let bytes = await chat.download(file, { maxBytes, source: 'original' }, signal);
  if (sniff(bytes) === 'heic') bytes = await chat.download(file, { maxBytes, source: 'thumbnail' }, signal);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
