import { createHash } from 'node:crypto';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

const kind = 'console-attempts';
const bodySchema = z.object({ failures: z.number(), untilMs: z.number() });
/** What nobody tries any more is forgotten. Milliseconds. */
const keepMs = 3_600_000;

/**
 * How many failures are free, and how long one waits then: doubled with each further one. From all addresses together the wait is short:
 * nobody shall lock the operator out by guessing.
 */
const limits = {
  address: { free: 5, firstMs: 15_000, maxMs: 900_000 },
  everybody: { free: 30, firstMs: 1_000, maxMs: 20_000 },
} as const;

/** Counts attempts to sign in, in the database: for all processes together. */
export interface Attempts {
  /** To be called before a password is looked at. Rejects with `sign-in-limited` while one must wait. */
  begin(address: string, signal: AbortSignal): Promise<void>;
  /** It was right: the address starts anew. */
  succeeded(address: string, signal: AbortSignal): Promise<void>;
}

const idOf = (address: string): string => createHash('sha256').update(address).digest('base64url').slice(0, 22);
const everybody = 'everybody';

export function createAttempts(documents: () => DocumentStore): Attempts {
  const count = async (id: string, limit: (typeof limits)[keyof typeof limits], signal: AbortSignal): Promise<void> => {
    const waitMs = await untilNoConflict(async () => {
      const { document, nowMs } = await documents().get(kind, id, signal);
      const isKnown = document !== null && (document.expiresAtMs ?? 0) > nowMs;
      const known = (isKnown ? bodySchema.safeParse(document.body).data : null) ?? { failures: 0, untilMs: 0 };
      if (known.untilMs > nowMs) return known.untilMs - nowMs;
      // It counts before it is known to have failed: a thousand guesses at once are a thousand guesses.
      const failures = known.failures + 1;
      const over = failures - limit.free;
      const untilMs = over < 0 ? 0 : nowMs + Math.min(limit.maxMs, limit.firstMs * 2 ** Math.min(over, 20));
      const body = { failures, untilMs };
      const revision = document?.revision ?? 0;
      await documents().put({ kind, id, revision, atMs: nowMs, keys: [], expiresAtMs: nowMs + keepMs, body }, signal);
      return 0;
    }, signal);
    if (waitMs === 0) return;
    throw new AppError('sign-in-limited', `Too many attempts. Please wait ${String(Math.ceil(waitMs / 1_000))} seconds.`, {
      retryAfterMs: waitMs,
    });
  };
  const forget = async (id: string, signal: AbortSignal): Promise<void> => {
    await untilNoConflict(async () => {
      const { document } = await documents().get(kind, id, signal);
      if (document) await documents().remove(kind, id, document.revision, signal);
    }, signal);
  };
  return {
    begin: async (address, signal) => {
      await count(idOf(address), limits.address, signal);
      await count(everybody, limits.everybody, signal);
    },
    succeeded: async (address, signal) => {
      await forget(idOf(address), signal);
      await forget(everybody, signal);
    },
  };
}
