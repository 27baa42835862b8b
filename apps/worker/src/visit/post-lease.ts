import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { takeLease } from '../lease.ts';

/** Longer than a call of the platform takes, so that nobody posts beside a call whose answer is still out. Milliseconds. */
const leaseMs = 60_000;
/** Uploads take longer. Milliseconds. */
const heartbeatMs = 20_000;
/** Milliseconds. */
const comeAgainMs = 1_000;

/** `keep` is awaited before each step that others must not do at the same time. */
export type KeepLease = () => Promise<void>;

/** Does the work that only one process may do for a visit at a time. Rejects with `visit-busy` if another one is at it. */
export async function alone<T>(
  documents: DocumentStore,
  visitId: string,
  work: (keep: KeepLease) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const busy = (): AppError => new AppError('visit-busy', 'another job works on this visit', { retryAfterMs: comeAgainMs });
  const lease = await takeLease(documents, `visit-${visitId}`, leaseMs, signal);
  if (!lease) throw busy();
  const heartbeat = setInterval(() => void lease.renew(signal).catch(() => undefined), heartbeatMs);
  try {
    return await work(async () => {
      if (!(await lease.renew(signal))) throw busy();
    });
  } finally {
    clearInterval(heartbeat);
    await lease.release();
  }
}
