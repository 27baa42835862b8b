import { randomBytes } from 'node:crypto';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

/** A file that can be loaded for some time. */
export interface KeptFile {
  /** 22 characters of base64url. */
  id: string;
  name: string;
  mimeType: string;
  bytes: number;
  expiresAtMs: number;
}

/** Files in documents, so that every process that reaches the database can give them out. Methods reject with `gallery-unavailable`. */
export interface KeptFiles {
  /** Keeps a file for `forMs`. Rejects with `file-too-large` where all that is kept would become too much, and as `content` does. */
  keep(file: { name: string; mimeType: string; content: AsyncIterable<Uint8Array> }, forMs: number, signal: AbortSignal): Promise<KeptFile>;
  /** Null: there is none, or not any more. */
  get(id: string, signal: AbortSignal): Promise<KeptFile | null>;
  /** Its bytes from `from` to before `to`, read as they are wanted. Fails with `file-gone` if it goes meanwhile. */
  read(file: KeptFile, range: { from: number; to: number }, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

const kind = 'kept-file';
const pieceKind = 'kept-file-piece';
/** Of each piece but the last: small enough for a document of any database once it is base64. */
const pieceBytes = 524_288;
const mostKeptBytes = 8_589_934_592;
/** For all pieces of a file that was not kept. Milliseconds. */
const removeTimeoutMs = 10_000;

const bodySchema = z.object({ name: z.string(), mimeType: z.string(), bytes: z.number().int().nonnegative() });
const pieceSchema = z.object({ base64: z.string() });
const idPattern = /^[\w-]{22}$/;

/** Files in pieces, each a document. `mostBytes`: of all files together. */
export function createKeptFiles(documents: DocumentStore, mostBytes = mostKeptBytes): KeptFiles {
  const pieceId = (id: string, index: number): string => `${id}-${index}`;
  const kept = async (signal: AbortSignal): Promise<number> => {
    let sum = 0;
    for await (const { body } of eachDocument(documents, { kind }, 200, signal)) sum += bodySchema.safeParse(body).data?.bytes ?? 0;
    return sum;
  };
  // Nobody would count them, and who stops again and again would fill the disk. What cannot be removed expires.
  const removePieces = async (id: string, count: number): Promise<void> => {
    const signal = AbortSignal.timeout(removeTimeoutMs);
    for (let index = 0; index < count; index += 1) {
      try {
        await documents.remove(pieceKind, pieceId(id, index), 1, signal);
      } catch {
        return;
      }
    }
  };
  return {
    keep: async ({ name, mimeType, content }, forMs, signal) => {
      const id = randomBytes(16).toString('base64url');
      const { nowMs } = await documents.get(kind, id, signal);
      const atMs = Math.floor(nowMs);
      const expiresAtMs = atMs + forMs;
      const room = mostBytes - (await kept(signal));
      let bytes = 0;
      let index = 0;
      try {
        for await (const piece of piecesOf(content)) {
          bytes += piece.length;
          if (bytes > room) throw new AppError('file-too-large', 'too many files are kept at the moment');
          const body = { base64: piece.toString('base64') };
          // A piece outlives its file a little: who has begun to load it goes on.
          const piecesExpireAtMs = expiresAtMs + 600_000;
          index += 1;
          await documents.put(
            { kind: pieceKind, id: pieceId(id, index - 1), revision: 0, atMs, keys: [], expiresAtMs: piecesExpireAtMs, body },
            signal,
          );
        }
        // Last, so that a file that there is is whole.
        await documents.put({ kind, id, revision: 0, atMs, keys: [], expiresAtMs, body: { name, mimeType, bytes } }, signal);
      } catch (error) {
        await removePieces(id, index);
        throw error;
      }
      return { id, name, mimeType, bytes, expiresAtMs };
    },
    get: async (id, signal) => {
      if (!idPattern.test(id)) return null;
      const { document, nowMs } = await documents.get(kind, id, signal);
      const body = bodySchema.safeParse(document?.body).data;
      const expiresAtMs = document?.expiresAtMs ?? 0;
      return body && expiresAtMs > nowMs ? { id, ...body, expiresAtMs } : null;
    },
    async *read(file, { from, to }, signal) {
      for (let at = from; at < to;) {
        const index = Math.floor(at / pieceBytes);
        const { document } = await documents.get(pieceKind, pieceId(file.id, index), signal);
        const piece = pieceSchema.safeParse(document?.body).data;
        if (!piece) throw new AppError('file-gone', 'the file is not kept any more');
        const bytes = Buffer.from(piece.base64, 'base64').subarray(at - index * pieceBytes, to - index * pieceBytes);
        if (bytes.length === 0) throw new AppError('file-gone', 'the file is not whole');
        yield bytes;
        at += bytes.length;
      }
    },
  };
}

/** The same bytes in pieces of one size, but for the last. */
async function* piecesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    waiting.push(chunk);
    size += chunk.byteLength;
    if (size < pieceBytes) continue;
    const all = Buffer.concat(waiting);
    let at = 0;
    for (; at + pieceBytes <= all.length; at += pieceBytes) yield all.subarray(at, at + pieceBytes);
    waiting = [all.subarray(at)];
    size = all.length - at;
  }
  if (size > 0) yield Buffer.concat(waiting);
}
