import { setMaxListeners } from 'node:events';
import { AppError } from './errors.ts';

/** A process has one signal, and dozens of calls that wait at a time: that is no leak, of which Node would warn. */
function onceAborted(signal: AbortSignal, listener: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
}

/** Rejects with `aborted` as soon as the signal aborts, for calls that take no signal themselves. The call continues; its outcome is ignored. */
export async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new AppError('aborted', 'stopped before it was done', { cause: signal.reason }));
    onceAborted(signal, onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    // A signal outlives many calls, each of which would leave a listener on it.
    if (onAbort) signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}

/**
 * A signal that aborts when `signal` does, or after `ms` milliseconds. Node 20 loses a timeout that only `AbortSignal.any` refers to: the
 * garbage collector takes it, and it never comes. A timer stays.
 */
export function within(signal: AbortSignal, ms: number): AbortSignal {
  return limited(signal, ms).signal;
}

/**
 * Does something within `ms` milliseconds; it is given the signal that says so. Rejects with `aborted` where it takes longer, and as soon as
 * `signal` aborts. Unlike `within` it leaves nothing on `signal` when it is done: for what is done many times.
 */
export async function raceWithin<T>(work: (limit: AbortSignal) => Promise<T>, signal: AbortSignal, ms: number): Promise<T> {
  throwIfAborted(signal);
  const limit = limited(signal, ms);
  try {
    return await raceAbort(work(limit.signal), limit.signal);
  } finally {
    limit.forget();
  }
}

function limited(signal: AbortSignal, ms: number): { signal: AbortSignal; forget: () => void } {
  const either = new AbortController();
  const forget = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  };
  const onAbort = (): void => {
    forget();
    either.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    forget();
    either.abort(new DOMException(`not done within ${ms} ms`, 'TimeoutError'));
  }, ms);
  timer.unref();
  if (signal.aborted) onAbort();
  else onceAborted(signal, onAbort);
  return { signal: either.signal, forget };
}

/** Throws `aborted` if the signal has aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('aborted', 'stopped before it was done', { cause: signal.reason });
}

/** Waits `ms` milliseconds, or rejects with `aborted`. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await raceAbort(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
      signal,
    );
  } finally {
    clearTimeout(timer);
  }
}
