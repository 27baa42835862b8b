import { z } from 'zod';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';

const kind = 'claim';
const claimSchema = z.object({ holder: z.string(), untilMs: z.number() });

/** How long a claim holds without being renewed: a worker that was killed holds nobody up for longer. Milliseconds. */
const leaseMs = 15_000;
/** A claim nearer to its end than this is renewed, milliseconds. */
const renewMs = 10_000;
/** How long a job waits by itself for a claim, and how long it then stays away. Milliseconds. */
const patienceMs = 2_000;
const lookMs = 50;
const comeBackMs = 300;

/** The right to change one thing, which at most one job in all processes has. */
export interface Claim {
  /** To be called between steps. Rejects with `document-conflict` if the claim was lost. */
  renew(signal: AbortSignal): Promise<void>;
  /** Never rejects: a claim that is not given back ends by itself. */
  release(signal: AbortSignal): Promise<void>;
}

interface Held {
  revision: number;
  untilMs: number;
}

/**
 * Takes the right to change `what`, so that two readers who say different things at once do so one after the other. Rejects with
 * `document-conflict` (transient, soon) while somebody else has it.
 */
export async function claim(documents: DocumentStore, what: string, holder: string, signal: AbortSignal): Promise<Claim> {
  const lookUntil = performance.now() + patienceMs;
  for (;;) {
    const taken = await tryToTake(documents, what, holder, signal);
    if (taken) return heldClaim(documents, what, holder, taken);
    if (performance.now() > lookUntil)
      throw new AppError('document-conflict', 'somebody else is changing the same person', { retryAfterMs: comeBackMs });
    await pause(lookMs, signal);
  }
}

async function tryToTake(documents: DocumentStore, what: string, holder: string, signal: AbortSignal): Promise<Held | null> {
  const { document, nowMs } = await documents.get(kind, what, signal);
  const current = claimSchema.safeParse(document?.body);
  if (current.success && current.data.untilMs > nowMs && current.data.holder !== holder) return null;
  return write(documents, { what, holder, revision: document?.revision ?? 0, nowMs }, signal);
}

/** Null: another writer was faster. */
async function write(
  documents: DocumentStore,
  { what, holder, revision, nowMs }: { what: string; holder: string; revision: number; nowMs: number },
  signal: AbortSignal,
): Promise<Held | null> {
  const untilMs = nowMs + leaseMs;
  try {
    const written = await documents.put(
      { kind, id: what, revision, atMs: nowMs, keys: [], expiresAtMs: untilMs, body: { holder, untilMs } },
      signal,
    );
    return { revision: written.revision, untilMs };
  } catch (error) {
    if (toAppError(error).code === 'document-conflict') return null;
    throw error;
  }
}

function heldClaim(documents: DocumentStore, what: string, holder: string, taken: Held): Claim {
  let held = taken;
  let renewAt = performance.now() + leaseMs - renewMs;
  return {
    renew: async (signal) => {
      if (performance.now() < renewAt) return;
      const { document, nowMs } = await documents.get(kind, what, signal);
      const renewed =
        document?.revision === held.revision ? await write(documents, { what, holder, revision: held.revision, nowMs }, signal) : null;
      if (!renewed) throw new AppError('document-conflict', 'this took too long, and somebody else changes the same person now');
      held = renewed;
      renewAt = performance.now() + leaseMs - renewMs;
    },
    release: async (signal) => documents.remove(kind, what, held.revision, signal).catch(() => undefined),
  };
}
