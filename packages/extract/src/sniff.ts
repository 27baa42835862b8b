import { decodeText, encodingOf } from './encoding/decode-text.ts';
import type { FileFormat } from './file-formats.ts';

/** The formats that the first bytes tell; which document a zip is, its entries tell. */
export type SniffedFormat = Exclude<FileFormat, 'docx' | 'office' | 'opendocument' | 'pptx' | 'xlsx'>;

const beginnings: [SniffedFormat, string][] = [
  ['zip', 'PK\u0003\u0004'],
  ['zip', 'PK\u0005\u0006'],
  ['old-office', '\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1'],
  ['gzip', '\u001F\u008B'],
  ['sqlite', 'SQLite format 3\0'],
  ['archive', '7z\u00BC\u00AF\u0027\u001C'],
  ['archive', 'Rar!\u001A\u0007'],
  ['archive', '\u00FD7zXZ\0'],
  ['archive', '\u0028\u00B5\u002F\u00FD'],
  ['archive', 'BZh'],
  ['rtf', '{\\rtf'],
  ['picture', '\u0089PNG\r\n\u001A\n'],
  ['picture', '\u00FF\u00D8\u00FF'],
];

/** What a text is: one that has a structure to look behind, or just a text. */
function kindOfText(text: string): SniffedFormat {
  const start = text.replace(/^\uFEFF?\s*/, '').slice(0, 4_096);
  if (/^(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body|meta|title|script|div|table|p|style|h[1-6])\b/i.test(start)) return 'html';
  if (/^(?:<\?xml|<!DOCTYPE|<[\w:.-]+[^<>]*>)/.test(start)) return /<html\b/i.test(start) ? 'html' : 'xml';
  if (/^From \S+ .*\d{4}\r?\n[\w-]+:/.test(start)) return 'mailbox';
  const headers = /^(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+/.exec(`${start.replaceAll('\r\n', '\n')}\n`)?.[0] ?? '';
  const known = new Set(
    headers
      .match(/^(?:from|to|cc|bcc|subject|date|message-id|received|return-path|mime-version|content-type|delivered-to)(?=:)/gim)
      ?.map((name) => name.toLowerCase()),
  );
  return known.size >= 2 && (known.has('from') || known.has('received') || known.has('mime-version')) ? 'mail' : 'text';
}

/** The format of what is neither text nor one that is read. */
async function otherFormat(bytes: Buffer): Promise<SniffedFormat> {
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  const kind = found?.mime.split('/')[0];
  if (kind === 'image') return 'picture';
  if (kind === 'audio') return 'sound';
  if (kind === 'video' || found?.ext === 'ogx') return 'video';
  if (kind === 'font') return 'font';
  return found && /^(?:ar|arj|br|cab|cpio|deb|lz|lz4|rpm|Z|asar|dmg|ace|lzh)$/.test(found.ext) ? 'archive' : 'binary';
}

/** Whether the checksum of a tar's first header is right. */
function isTar(bytes: Buffer): boolean {
  if (bytes.length < 512) return false;
  const claimed = Number.parseInt(bytes.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8);
  let sum = 256;
  for (const [index, byte] of bytes.subarray(0, 512).entries()) sum += index >= 148 && index < 156 ? 0 : byte;
  return claimed === sum;
}

/** What bytes are. `encoding`: of a text. What a file is called, or its sender says, counts for nothing. */
export async function sniff(bytes: Buffer): Promise<{ format: SniffedFormat; encoding: string | null }> {
  const head = bytes.toString('latin1', 0, 1_024);
  const known = beginnings.find(([, start]) => head.startsWith(start));
  if (known) return { format: known[0], encoding: null };
  // Readers of PDF look for its mark in the first kilobyte.
  if (head.includes('%PDF-')) return { format: 'pdf', encoding: null };
  if (isTar(bytes)) return { format: 'tar', encoding: null };
  if (bytes.every((byte) => byte === 0)) return { format: 'empty', encoding: null };
  const encoding = encodingOf(bytes);
  // Some pictures are made of NULs and letters.
  if (encoding === null || (encoding === 'utf-8' && bytes.includes(0))) {
    const format = await otherFormat(bytes);
    if (encoding === null || format !== 'binary') return { format, encoding: null };
  }
  const start = bytes.subarray(0, 16_384);
  return { format: kindOfText(decodeText(start, encoding, 4_096)), encoding };
}
