import { createHash } from 'node:crypto';
import type { ChatFile, ChatPlatform } from '@watchpost/shared/chat/chat';

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
  if (isHeic(bytes)) bytes = await chat.download(file, { maxBytes, source: 'thumbnail' }, signal);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** Checks the file type box (ISO/IEC 14496-12 section 4.3): its major brand, and that no compatible brand is AVIF, for the generic `mif1`. */
export function isHeic(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return text.slice(4, 8) === 'ftyp' && heicBrands.has(text.slice(8, 12)) && !text.slice(8).includes('avif');
}
