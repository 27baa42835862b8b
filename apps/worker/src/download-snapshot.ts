import type { ChatFile, ChatPlatform } from '@watchpost/shared/chat/chat';
import { sniff } from '@watchpost/see/picture/sniff';

/**
 * The bytes of a snapshot as the camera posted it. HEIC cannot be decoded here (its codec is not free), so the platform's thumbnail is
 * used instead. Rejects as ChatPlatform.download does.
 */
export async function downloadSnapshot(
  file: ChatFile,
  { chat, maxBytes }: { chat: ChatPlatform; maxBytes: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await chat.download(file, { maxBytes, source: 'original' }, signal);
  return sniff(bytes) === 'heic' ? chat.download(file, { maxBytes, source: 'thumbnail' }, signal) : bytes;
}
