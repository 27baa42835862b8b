import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { toAppError } from '../errors.ts';
import type { DocumentStore, StoredDocument } from './document-store.ts';

/** The right to work on something that one process at a time works on. */
export interface Lease {
  /** From now on it lasts its full time again. Resolves to false if it ran out and somebody else has it. */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Gives it back. Never rejects: it runs out by itself. */
  release(): Promise<void>;
}

const kind = 'lease';
const bodySchema = z.object({ holder: z.string(), untilMs: z.number(), forMs: z.number().optional() });
/**
 * So far apart may the clocks of two servers of one database be, milliseconds. What is booked for longer than anybody books, and this, was
 * booked while the clock was ahead: it holds nobody up.
 */
export const clocksApartMs = 60_000;
/** A lease that nobody has taken for so long is removed, milliseconds. */
const keepMs = 3_600_000;
const releaseTimeoutMs = 2_000;

/** Takes a lease for `forMs` milliseconds by the database's clock; null if somebody else has it. Whoever dies with it holds it no longer than that. */
export async function takeLease(documents: DocumentStore, id: string, forMs: number, signal: AbortSignal): Promise<Lease | null> {
  const holder = randomUUID();
  const write = async (found: StoredDocument | null, nowMs: number): Promise<StoredDocument | null> => {
    const untilMs = nowMs + forMs;
    const body = { holder, untilMs, forMs };
    try {
      return await documents.put(
        { kind, id, revision: found?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs: untilMs + keepMs, body },
        signal,
      );
    } catch (error) {
      if (toAppError(error).code === 'document-conflict') return null;
      throw error;
    }
  };

  const { document, nowMs } = await documents.get(kind, id, signal);
  /** Not where it would last longer than anybody takes it: the clock was ahead then. */
  const isHeld = (body: z.output<typeof bodySchema>): boolean =>
    body.untilMs > nowMs && body.untilMs <= nowMs + (body.forMs ?? forMs) + clocksApartMs;
  if (document && isHeld(bodySchema.parse(document.body))) return null;
  const taken = await write(document, nowMs);
  if (!taken) return null;
  let mine = taken;
  return {
    renew: async (renewSignal) => {
      for (;;) {
        const now = await documents.get(kind, id, renewSignal);
        if (!now.document || bodySchema.parse(now.document.body).holder !== holder) return false;
        const renewed = await write(now.document, now.nowMs);
        if (renewed) {
          mine = renewed;
          return true;
        }
        // Either somebody has taken it, or we renewed it twice at once: what is written now tells.
      }
    },
    release: async () => {
      await documents.remove(kind, id, mine.revision, AbortSignal.timeout(releaseTimeoutMs)).catch(() => undefined);
    },
  };
}
