import { createHash } from 'node:crypto';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';
import { sameSecret } from './authenticate.ts';
import type { SignInConfig } from './config.ts';

const kind = 'console-link';
/** How long a link logs in, milliseconds. */
const lastsMs = 15 * 60_000;
/** How long it is known to have begun: longer than a demonstration runs, as forgetting begins it once more. Milliseconds. */
const keepMs = 366 * 86_400_000;
const bodySchema = z.object({ isUsed: z.boolean() });

/** The link of the demonstration: good once, for fifteen minutes. */
export interface Links {
  /** From now on the link holds; a console that is started again with the same code does not lengthen it. */
  begin(signal: AbortSignal): Promise<void>;
  /** Resolves to whether the code is right, has begun, is not too old, and was never used; from now on it was. */
  use(code: string, signal: AbortSignal): Promise<boolean>;
}

const idOf = (code: string): string => createHash('sha256').update(code).digest('base64url');

export function createLinks({ CONSOLE_LINK_CODE: expected }: SignInConfig, documents: () => DocumentStore): Links {
  /** Whether this process wrote it. */
  const write = async (id: string, revision: number, at: { atMs: number; isUsed: boolean }, signal: AbortSignal): Promise<boolean> => {
    try {
      const { atMs, isUsed } = at;
      await documents().put({ kind, id, revision, atMs, keys: [], expiresAtMs: atMs + keepMs, body: { isUsed } }, signal);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  };
  const begun = async (code: string, signal: AbortSignal) => {
    const id = idOf(code);
    const { document, nowMs } = await documents().get(kind, id, signal);
    // An older release has written it without a body: it was used.
    const isUsed = bodySchema.safeParse(document?.body).data?.isUsed !== false;
    return { id, revision: document?.revision ?? 0, atMs: document?.atMs ?? nowMs, isUsed, nowMs };
  };
  return {
    begin: async (signal) => {
      if (expected === undefined) return;
      const { id, revision, atMs } = await begun(expected, signal);
      if (revision === 0) await write(id, 0, { atMs, isUsed: false }, signal);
    },
    use: async (code, signal) => {
      if (expected === undefined || !sameSecret(code, expected)) return false;
      const { id, revision, atMs, isUsed, nowMs } = await begun(code, signal);
      return !isUsed && nowMs - atMs <= lastsMs && write(id, revision, { atMs, isUsed: true }, signal);
    },
  };
}
