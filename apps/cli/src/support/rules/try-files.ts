import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Extractor } from '@watchpost/extract/extract';
import type { Judge } from '@watchpost/rules/judge';
import { readsFiles, readsText } from '@watchpost/rules/try-rule';
import type { MessageText } from '@watchpost/shared/chat/message';
import type { Tried } from './tried.ts';

/** Larger files are not read. Bytes. */
const mostBytes = 268_435_456;

/** Tries rules on files, one after another; `-` is standard input. `missing`: how many could not be opened. Rejects with `aborted`. */
export async function tryFiles(
  files: readonly string[],
  { judge, extractor }: { judge: Judge; extractor: Extractor },
  signal: AbortSignal,
): Promise<Tried & { missing: number }> {
  const tried: Tried & { missing: number } = { matches: [], unread: [], missing: 0 };
  for (const file of files) {
    const name = file === '-' ? null : path.basename(file);
    if (name !== null) tried.matches.push(...(await judge.judge([{ where: `${file}: name`, text: name }], readsText, signal)));
    const read = await readBytes(file, signal);
    if ('reason' in read) {
      tried.unread.push({ where: file, reason: read.reason });
      tried.missing += 1;
      continue;
    }
    const { texts, unread } = await extractor.extract(read.bytes, { name, mimeType: null }, signal);
    tried.matches.push(...(await judge.judge(texts.map(within(file)), readsFiles, signal)));
    tried.unread.push(...unread.map(({ where, reason }) => ({ where: inside(file, where), reason })));
  }
  return tried;
}

/** `report.pdf / page 3`; of what is the file itself, its name. */
export const inside = (file: string, where: string): string => (where === '' ? file : `${file} / ${where}`);

export const within =
  (file: string) =>
  ({ where, text }: MessageText): MessageText => ({ where: inside(file, where), text });

/** Why a file cannot be opened is one of the system's codes: ENOENT, EACCES, EISDIR. */
async function readBytes(file: string, signal: AbortSignal): Promise<{ bytes: Uint8Array } | { reason: string }> {
  if (file === '-') return { bytes: await standardInput(signal) };
  try {
    if ((await stat(file)).size > mostBytes) return { reason: 'too-large' };
    return { bytes: await readFile(file, { signal }) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { reason: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
}

/** All of standard input. Rejects with an AbortError. */
export async function standardInput(signal: AbortSignal): Promise<Buffer> {
  const stop = (): void => void process.stdin.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await buffer(process.stdin);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
