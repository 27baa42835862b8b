import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { createHash } from 'node:crypto';
import { sameSecret } from './authenticate.ts';
import type { SignInConfig } from './config.ts';

const kind = 'console-link';
/** Longer than any link lasts, so that a used one stays used. Milliseconds. */
const keepMs = 86_400_000;

/** The link of the demonstration: good once, until the time that stands in it. */
export interface Links {
  /** Resolves to whether the code is right, not too old, and was never used; from now on it was. */
  use(code: string, signal: AbortSignal): Promise<boolean>;
}

export function createLinks(config: SignInConfig, documents: () => DocumentStore, now: () => number): Links {
  return {
    use: async (code, signal) => {
      const { CONSOLE_LINK_CODE: expected } = config;
      if (expected === undefined || !sameSecret(code, expected) || now() > linkEndsAtMs(code)) return false;
      const id = createHash('sha256').update(code).digest('base64url');
      const nowMs = now();
      try {
        await documents().put({ kind, id, revision: 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + keepMs, body: {} }, signal);
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    },
  };
}

/** When a link's code ends, milliseconds since 1970. */
export const linkEndsAtMs = (code: string): number => Number.parseInt(code.split('.')[0] ?? '', 36);
