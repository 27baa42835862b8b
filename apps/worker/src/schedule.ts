import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { takeLease, type Lease } from '@watchpost/shared/documents/lease';

/** Something that one of all workers does again and again. */
export interface Task {
  name: string;
  everyMs: number;
  run: (signal: AbortSignal) => Promise<void>;
}

/** A worker that dies while it does a task holds the others up no longer, milliseconds. */
const leaseMs = 60_000;
/** After a failure, and where another worker does the task: how much rarer it is tried, but once in the time of a lease. */
const patience = 5;
const laterMs = ({ everyMs }: Task): number => Math.min(everyMs * patience, leaseMs);

/** Runs the tasks until `signal` aborts, each by one worker at a time. A failure is logged, and tried again. Resolves when all have ended. */
export async function runTasks(
  tasks: readonly Task[],
  { documents, log }: { documents: DocumentStore; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(tasks.map((task) => repeat(task, { documents, log }, signal)));
}

async function repeat(task: Task, deps: { documents: DocumentStore; log: Logger }, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let isTold = false;
  while (!signal.aborted) {
    let wasDone = false;
    try {
      wasDone = await once(task, deps.documents, signal);
      if (wasDone) {
        failures = 0;
        isTold = false;
      }
    } catch (error) {
      failures += 1;
      // The database may be away for hours: one line tells. What passes by itself, such as a slow start, may happen once.
      const isDue = !isTold && (failures > 1 || toAppError(error).retry !== 'transient');
      if (!signal.aborted && isDue) {
        isTold = true;
        deps.log.warn({ err: error, task: task.name }, 'a task failed, it is tried again');
      }
    }
    await pause(wasDone ? task.everyMs : laterMs(task), signal).catch(() => undefined);
  }
}

async function once({ name, run }: Task, documents: DocumentStore, signal: AbortSignal): Promise<boolean> {
  const lease = await takeLease(documents, `task-${name}`, leaseMs, signal);
  if (!lease) return false;
  const kept = new AbortController();
  const stop = (): void => kept.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const renewing = keepLease(lease, kept, signal);
  try {
    await run(kept.signal);
    return true;
  } finally {
    signal.removeEventListener('abort', stop);
    kept.abort();
    await renewing;
    await lease.release();
  }
}

/** Renews it until `kept` aborts. Where another worker has it, `kept` is aborted, so that what runs ends. */
async function keepLease(lease: Lease, kept: AbortController, signal: AbortSignal): Promise<void> {
  while (!kept.signal.aborted) {
    await pause(leaseMs / 3, kept.signal).catch(() => undefined);
    if (kept.signal.aborted) return;
    // The database may be away for a moment: it is tried again before the lease has run out.
    const isOurs = await lease.renew(signal).catch(() => true);
    if (!isOurs) kept.abort(new AppError('aborted', 'another worker does this task'));
  }
}
