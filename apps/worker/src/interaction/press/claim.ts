import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { takeLease, type Lease } from '@watchpost/shared/documents/lease';

/** How long a claim holds without being renewed: a worker that was killed holds nobody up for longer. Milliseconds. */
const leaseMs = 15_000;
/** A claim that was not renewed for so long is, milliseconds. */
const renewAfterMs = 5_000;
/** How long a job waits by itself for a claim, and how long it then stays away. Milliseconds. */
const patienceMs = 2_000;
const lookMs = 50;
const comeBackMs = 300;

/** The right to change one thing, which at most one job in all processes has. */
export interface Claim {
  /** To be called between steps. Rejects with `document-conflict` if the claim was lost. */
  renew(signal: AbortSignal): Promise<void>;
  /** Never rejects: a claim that is not given back ends by itself. */
  release(): Promise<void>;
}

/**
 * Takes the right to change `what`, so that two readers who say different things at once do so one after the other. Rejects with
 * `document-conflict` (transient, soon) while somebody else has it.
 */
export async function claim(documents: DocumentStore, what: string, signal: AbortSignal): Promise<Claim> {
  const lookUntil = performance.now() + patienceMs;
  for (;;) {
    const lease = await takeLease(documents, `person-${what}`, leaseMs, signal);
    if (lease) return asClaim(lease);
    if (performance.now() > lookUntil)
      throw new AppError('document-conflict', 'somebody else is changing the same person', { retryAfterMs: comeBackMs });
    await pause(lookMs, signal);
  }
}

function asClaim(lease: Lease): Claim {
  let renewedAt = performance.now();
  return {
    renew: async (signal) => {
      if (performance.now() < renewedAt + renewAfterMs) return;
      if (!(await lease.renew(signal)))
        throw new AppError('document-conflict', 'this took too long, and somebody else changes the same person now');
      renewedAt = performance.now();
    },
    release: async () => lease.release(),
  };
}
