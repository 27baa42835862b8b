import type { MessageText } from '@watchpost/shared/chat/message';

/**
 * Why a file, or a part of one, could not be read. `unsupported`: it may hold text, but in a format that is not read. `no-text`: pictures
 * without OCR, sound, video: nobody expects it to be read.
 */
export const unreadReasons = [
  'broken',
  'encrypted',
  'memory',
  'no-text',
  'timeout',
  'too-deep',
  'too-large',
  'too-many-entries',
  'unsupported',
] as const;
export type UnreadReason = (typeof unreadReasons)[number];

/** What a file says. `where` names the place within it: ``, `page 3`, `sheet 2`, `entry 4`: never a name out of the file. */
export interface Extracted {
  /** What the bytes are, whatever their name says: `pdf`, `docx`, `zip`, `text`, `picture`. */
  format: string;
  texts: MessageText[];
  /** Not all could be read. Empty: everything was. */
  unread: { where: string; reason: UnreadReason }[];
}

export interface ExtractLimits {
  /** Wall clock for one file. Milliseconds. */
  timeoutMs: number;
  /** Memory of the child process (resident). Bytes. */
  memoryBytes: number;
  /** Of all texts together. UTF-16 units. */
  characters: number;
  /** Archives within archives. */
  depth: number;
  /** In all archives together. */
  entries: number;
  /** Uncompressed, in all archives together. Bytes. */
  unpackedBytes: number;
  /** Uncompressed by compressed size of one entry. */
  ratio: number;
}

export const defaultLimits: ExtractLimits = {
  timeoutMs: 30_000,
  memoryBytes: 512 * 1_048_576,
  characters: 4_000_000,
  depth: 4,
  entries: 2_000,
  unpackedBytes: 268_435_456,
  ratio: 200,
};

/** Reads files of any format in child processes. */
export interface Extractor {
  /**
   * Never rejects because of what is in the file: what cannot be read is in `unread`. Rejects with `extraction-failed` if no child process
   * could be started, and with `aborted`.
   */
  extract(bytes: Uint8Array, hint: { name: string | null; mimeType: string | null }, signal: AbortSignal): Promise<Extracted>;
  /** Resolves when no child process is left. */
  close(): Promise<void>;
}
