import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { AppError } from '@watchpost/shared/errors';
import { takeLease } from '@watchpost/shared/documents/lease';

/** The lease of work that only one process at a time does. */
export interface WorkLease {
  /** The lease's id. */
  id: string;
  /** Longer than a call of the platform takes, so that nobody works beside a call whose answer is still out. Milliseconds. */
  leaseMs: number;
  /** What it is for those who find another process at it. */
  busy: () => AppError;
}

/** `keep` is awaited before each step that others must not do at the same time. */
export type KeepLease = () => Promise<void>;

/** The lease is renewed so often within its time, as some calls take longer. */
const renewals = 3;

/** Does the work that only one process at a time may do. Rejects with `busy` if another one is at it. */
export async function alone<T>(
  documents: DocumentStore,
  { id, leaseMs, busy }: WorkLease,
  work: (keep: KeepLease) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const lease = await takeLease(documents, id, leaseMs, signal);
  if (!lease) throw busy();
  const heartbeat = setInterval(() => void lease.renew(signal).catch(() => undefined), leaseMs / renewals);
  try {
    return await work(async () => {
      if (!(await lease.renew(signal))) throw busy();
    });
  } finally {
    clearInterval(heartbeat);
    await lease.release();
  }
}
