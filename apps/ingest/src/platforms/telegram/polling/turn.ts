import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { takeLease, type Lease } from '@watchpost/shared/documents/lease';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, within } from '@watchpost/shared/wait';

/** Where the right to ask is kept. */
export interface TurnDeps {
  /** Waits until the database is open; null: none is configured. */
  documents: ((signal: AbortSignal) => Promise<DocumentStore>) | null;
  /** What only one process at a time asks as. */
  bot: number;
  log: Logger;
  times?: Partial<typeof defaultTimes>;
}

const defaultTimes = {
  /** Whoever dies with the right holds it no longer than this. */
  leaseMs: 15_000,
  renewMs: 5_000,
  /** Between two looks at whether the other one still has it. */
  lookMs: 2_000,
  /** For the database: longer nobody has to wait for an answer because of it. */
  databaseMs: 5_000,
};

/**
 * Runs `work` while this process has the right to ask Telegram, which one process at a time has. The signal that `work` gets aborts when
 * another process has taken the right over. `isAlone`: the database says that nobody else has it. Without a database, or while it does not
 * answer, everybody has it: Telegram itself lets only one ask then. Resolves when `work` does, or when `signal` has aborted.
 */
export async function inTurn(
  { documents, bot, log, times = {} }: TurnDeps,
  work: (signal: AbortSignal, isAlone: boolean) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { leaseMs, renewMs, lookMs, databaseMs } = { ...defaultTimes, ...times };
  const take = async (): Promise<Lease | 'taken' | 'unknown'> => {
    if (!documents) return 'unknown';
    try {
      const soon = within(signal, databaseMs);
      return (await takeLease(await documents(soon), `telegram-polling-${String(bot)}`, leaseMs, soon)) ?? 'taken';
    } catch (error) {
      log.debug({ err: error }, 'the database does not say who asks Telegram');
      return 'unknown';
    }
  };

  let lease = await take();
  if (lease === 'taken') log.info('another process asks Telegram for updates: this one waits');
  while (lease === 'taken') {
    await pause(lookMs, signal);
    lease = await take();
  }
  const lost = new AbortController();
  const onStop = (): void => lost.abort(signal.reason);
  signal.addEventListener('abort', onStop, { once: true });
  const ended = new AbortController();
  const keeping = keep(lease === 'unknown' ? null : lease, { renewMs, databaseMs, onLost: () => lost.abort() }, ended.signal);
  try {
    if (signal.aborted) return;
    await work(lost.signal, lease !== 'unknown');
  } finally {
    signal.removeEventListener('abort', onStop);
    ended.abort();
    await keeping;
    if (lease !== 'unknown') await lease.release();
  }
}

async function keep(
  lease: Lease | null,
  { renewMs, databaseMs, onLost }: { renewMs: number; databaseMs: number; onLost: () => void },
  signal: AbortSignal,
): Promise<void> {
  if (!lease) return;
  try {
    for (;;) {
      await pause(renewMs, signal);
      // A database that does not answer takes nothing away from us.
      if (!(await lease.renew(within(signal, databaseMs)).catch(() => true))) return onLost();
    }
  } catch {
    // It has ended.
  }
}
