import { randomBytes } from 'node:crypto';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const kind = 'console-secret';
const id = 'csrf';
const bodySchema = z.object({ key: z.string().min(43) });
/** Another database may have taken its place. Milliseconds. */
const freshMs = 60_000;

/** The key of the tokens that prove that a change comes from our own page: one for all processes and restarts, made once, in the database. */
export function createCsrfKey(documents: () => DocumentStore): (signal: AbortSignal) => Promise<Buffer> {
  let kept: { atMs: number; key: Buffer } | null = null;
  const read = async (signal: AbortSignal): Promise<string | null> =>
    bodySchema.safeParse((await documents().get(kind, id, signal)).document?.body).data?.key ?? null;
  const make = async (signal: AbortSignal): Promise<string> => {
    const key = randomBytes(32).toString('base64url');
    try {
      await documents().put({ kind, id, revision: 0, atMs: Date.now(), keys: [], expiresAtMs: null, body: { key } }, signal);
      return key;
    } catch (error) {
      // Another process was faster.
      const theirs = isConflict(error) ? await read(signal) : null;
      if (theirs !== null) return theirs;
      throw error;
    }
  };
  return async (signal) => {
    if (kept && performance.now() - kept.atMs < freshMs) return kept.key;
    const key = Buffer.from((await read(signal)) ?? (await make(signal)), 'base64url');
    kept = { atMs: performance.now(), key };
    return key;
  };
}
