import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable, pipeline as pipe } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { giveName } from '@watchpost/shared/give-name';
import { documentsFormat } from '@watchpost/shared/documents/epoch';
import { galleryFormat } from '../domain.ts';
import {
  archiveFormat,
  archiveLine,
  type ArchiveLine,
  type ArchiveScope,
  endLine,
  firstWithScope,
  galleryHeaderLine,
  headerLine,
  headerStart,
  readableFormats,
} from './archive-lines.ts';
import type { ArchiveHead } from './archive-store.ts';

/** Vectors and pictures hardly compress: a higher level only takes longer. */
const gzip = { level: 1 };
/** In characters. Ours are shorter: the sightings of a hundred faces are half a megabyte. */
const longestLine = 64 * 1024 * 1024;

/** What the disk of the file is to blame for, and not the database. */
const unwritable = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EACCES', 'EPERM'] as const;

export type ArchiveEnd = z.output<typeof endLine>;

/** What the first and the last line of a file say. */
export interface ArchiveRead {
  scope: ArchiveScope;
  /** ISO 8601. */
  exportedAt: string;
  end: ArchiveEnd;
}

/**
 * Streams lines to a new file that only its user can read: gzip of one JSON object a line. `lines` returns the head at its end.
 * The file gets its name when it is complete. Resolves to the last line. Rejects with `file-exists`, `file-unreadable`, `file-unwritable`.
 */
export async function writeArchive(
  file: string,
  { scope, lines }: { scope: ArchiveScope; lines: AsyncGenerator<ArchiveLine, ArchiveHead> },
  signal: AbortSignal,
): Promise<ArchiveEnd> {
  const partial = `${file}.part`;
  const existsAlready = (cause?: unknown): AppError => new AppError('file-exists', `${file} exists already`, { cause });
  if (await stat(file).catch(() => null)) throw existsAlready();
  let end: ArchiveEnd | undefined;
  async function* texts(): AsyncGenerator<string> {
    const hash = createHash('sha256');
    const counts: Record<string, number> = {};
    const formats = { gallery: galleryFormat, documents: documentsFormat };
    const exportedAt = new Date().toISOString();
    yield hashed(hash, { kind: 'watchpost-backup', format: archiveFormat, exportedAt, scope, formats });
    for (;;) {
      const next = await lines.next();
      if (next.done) {
        end = { kind: 'end', ...next.value, lines: counts, sha256: hash.digest('hex') };
        yield `${JSON.stringify(end)}\n`;
        return;
      }
      counts[next.value.kind] = (counts[next.value.kind] ?? 0) + 1;
      yield hashed(hash, next.value);
    }
  }
  try {
    await pipeline(Readable.from(texts()), createGzip(gzip), createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }), {
      signal,
    });
  } catch (error) {
    if (isCode(error, 'EEXIST'))
      throw new AppError('file-exists', `${partial} exists already, from an export that was killed or still runs`, { cause: error });
    await rm(partial, { force: true });
    if (isCode(error, 'ENOENT')) throw new AppError('file-unreadable', `the folder of ${file} does not exist`, { cause: error });
    if (isCode(error, ...unwritable))
      throw new AppError('file-unwritable', `${file} cannot be written: ${error.message}`, { cause: error });
    throw error;
  }
  try {
    await giveName(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    // Somebody has made it meanwhile.
    throw isCode(error, 'EEXIST') ? existsAlready(error) : error;
  }
  if (!end) throw new AppError('internal', 'the file has no last line');
  return end;
}

function hashed(hash: Hash, value: object): string {
  const line = `${JSON.stringify(value)}\n`;
  hash.update(line);
  return line;
}

/**
 * Yields the lines of a file between the first and the last, each validated; returns what the first and the last line say, after checking the number of lines and the checksum. Rejects
 * with `archive-invalid` and `file-unreadable`.
 */
export async function* readArchive(file: string): AsyncGenerator<ArchiveLine, ArchiveRead> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let number = 0;
  let header: Omit<ArchiveRead, 'end'> | undefined;
  let end: ArchiveEnd | undefined;
  for await (const text of linesOf(file)) {
    number += 1;
    const line = parseLine(text, number);
    if (end) throw new AppError('archive-invalid', 'there are lines after the last line');
    if (number === 1) header = readHeader(line);
    else if (kindOf(line) === 'end') {
      end = checked(endLine, line, number);
      continue;
    } else {
      const content = checked(archiveLine, line, number);
      counts[content.kind] = (counts[content.kind] ?? 0) + 1;
      yield content;
    }
    hash.update(`${text}\n`);
  }
  if (!header || !end) throw new AppError('archive-invalid', 'the file is truncated: it has no last line');
  const same = Object.keys({ ...counts, ...end.lines }).every((kind) => (counts[kind] ?? 0) === (end.lines[kind] ?? 0));
  if (!same || hash.digest('hex') !== end.sha256) throw new AppError('archive-invalid', 'the checksum or the number of lines is wrong');
  return { ...header, end };
}

/** Rejects what is no backup, and what only a newer release can read. */
function readHeader(line: unknown): Omit<ArchiveRead, 'end'> {
  const start = headerStart.safeParse(line).data;
  if (!start) throw new AppError('archive-invalid', 'the file is not a backup of watchpost');
  if (!readableFormats.includes(start.format))
    throw new AppError('archive-invalid', `the file has format ${start.format}, this version reads ${readableFormats.join(', ')}`);
  if (start.format < firstWithScope) return { scope: 'gallery', exportedAt: checked(galleryHeaderLine, line, 1).exportedAt };
  const { scope, exportedAt, formats } = checked(headerLine, line, 1);
  if (formats.gallery > galleryFormat || formats.documents > documentsFormat)
    throw new AppError('archive-invalid', 'the file was written by a newer release, whose data this one would misread: update this one');
  return { scope, exportedAt };
}

function kindOf(line: unknown): unknown {
  return typeof line === 'object' && line !== null && 'kind' in line ? line.kind : undefined;
}

function parseLine(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('archive-invalid', `line ${number} is not JSON`, { cause: error });
  }
}

function checked<S extends z.ZodType>(schema: S, line: unknown, number: number): z.output<S> {
  const { data, error } = schema.safeParse(line);
  if (error) throw new AppError('archive-invalid', `line ${number} does not match the format`, { cause: error });
  return data;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const gunzip = createGunzip();
  gunzip.setEncoding('utf8');
  // An error of either stream is thrown by the loop below.
  pipe(createReadStream(file), gunzip, () => undefined);
  let rest = '';
  try {
    for await (const chunk of gunzip) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > longestLine) throw new AppError('archive-invalid', 'a line is too long');
      yield* parts;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isCode(error, 'ENOENT', 'EACCES', 'EISDIR'))
      throw new AppError('file-unreadable', error instanceof Error ? error.message : '', { cause: error });
    throw new AppError('archive-invalid', 'the file is damaged or truncated', { cause: error });
  } finally {
    gunzip.destroy();
  }
  if (rest !== '') throw new AppError('archive-invalid', 'the file is truncated within a line');
}

function isCode(error: unknown, ...codes: readonly string[]): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
