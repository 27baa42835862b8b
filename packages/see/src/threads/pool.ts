import { setMaxListeners } from 'node:events';
import { AppError } from '@watchpost/shared/errors';
import { retry } from '@watchpost/shared/retry';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';

/** A thread as the pool sees it: takes one request at a time. */
export interface PoolThread<Request, Reply> {
  /** Resolves when it can take requests; rejects if it cannot start. */
  ready: Promise<void>;
  send(request: Request): void;
  onReply(listener: (reply: Reply) => void): void;
  /** Called once, when the thread has exited for any reason. */
  onExit(listener: (error: Error | undefined) => void): void;
  end(): Promise<void>;
}

export interface PoolOptions<Request, Reply> {
  size: number;
  start: () => PoolThread<Request, Reply>;
  /** A thread that takes longer for a request is replaced. */
  timeoutMs: number;
  onLost: (reason: string) => void;
}

export interface Pool<Request, Reply> {
  /** The reply of the next free thread. Rejects with `aborted`, `inference-timeout` or `inference-crashed`. */
  run(request: Request, signal: AbortSignal): Promise<Reply>;
  /** How busy the threads are. `busyMs`: how long they have worked since the start, together. */
  load(): { threads: number; busy: number; waiting: number; busyMs: number };
  close(): Promise<void>;
}

interface PendingRequest<Request, Reply> {
  request: Request;
  reply: Promise<Reply>;
  resolve: (reply: Reply) => void;
  reject: (error: AppError) => void;
}

/** A constant wait after a replacement that fails to start, so that a broken installation does not spin. */
const restartBackoff = { firstMs: 1_000, maxMs: 1_000 };

/**
 * Runs `size` threads and gives each one request at a time, first come, first served. A thread that crashes or hangs is replaced;
 * its request is rejected with a transient error, the others are not affected. Rejects if a thread cannot start at first, or with `aborted`.
 */
export async function createPool<Request, Reply>(options: PoolOptions<Request, Reply>, signal: AbortSignal): Promise<Pool<Request, Reply>> {
  const { size, start, timeoutMs, onLost } = options;
  const waiting: PendingRequest<Request, Reply>[] = [];
  const idle: Seat<Request, Reply>[] = [];
  const seats = new Set<Seat<Request, Reply>>();
  const closing = new AbortController();
  let workedMs = 0;

  const next = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const seat = idle.pop();
      const pending = waiting.shift();
      if (seat && pending) seat.take(pending);
    }
  };

  const open = async (): Promise<void> => {
    const seat = createSeat(start(), timeoutMs, {
      free: () => {
        idle.push(seat);
        next();
      },
      worked: (elapsedMs) => (workedMs += elapsedMs),
      gone: (reason) => {
        seats.delete(seat);
        if (idle.includes(seat)) idle.splice(idle.indexOf(seat), 1);
        if (closing.signal.aborted) return;
        onLost(reason);
        replace();
      },
    });
    seats.add(seat);
    await seat.opened;
  };
  const replace = (): void => {
    const onRetry = (error: unknown): void => onLost(`a thread did not start: ${String(error)}`);
    // It only rejects when the pool is closing.
    retry(open, { backoff: restartBackoff, onRetry }, closing.signal).catch(() => undefined);
  };

  const close = async (): Promise<void> => {
    closing.abort();
    for (const pending of waiting.splice(0)) pending.reject(new AppError('aborted', 'the engine is closing'));
    await Promise.all([...seats].map((seat) => seat.end()));
  };

  try {
    await raceAbort(Promise.all(Array.from({ length: size }, open)), signal);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    run: async (request, caller) => {
      throwIfAborted(caller);
      throwIfAborted(closing.signal);
      // Many pictures may wait on one signal: the one that stops the process.
      setMaxListeners(0, caller);
      const pending = createPending<Request, Reply>(request);
      waiting.push(pending);
      next();
      try {
        return await raceAbort(pending.reply, caller);
      } finally {
        if (waiting.includes(pending)) waiting.splice(waiting.indexOf(pending), 1);
      }
    },
    load: () => {
      const running = [...seats].map((seat) => seat.workingMs()).filter((elapsedMs) => elapsedMs !== null);
      const busyMs = running.reduce((sum, elapsedMs) => sum + elapsedMs, workedMs);
      return { threads: seats.size, busy: running.length, waiting: waiting.length, busyMs };
    },
    close,
  };
}

function createPending<Request, Reply>(request: Request): PendingRequest<Request, Reply> {
  let settle: Pick<PendingRequest<Request, Reply>, 'resolve' | 'reject'> = { resolve: () => undefined, reject: () => undefined };
  const reply = new Promise<Reply>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { request, reply, ...settle };
}

/** A place in the pool and the thread in it. */
interface Seat<Request, Reply> {
  opened: Promise<void>;
  take(pending: PendingRequest<Request, Reply>): void;
  /** How long it has worked on what it does now, milliseconds; null: it does nothing. */
  workingMs(): number | null;
  end(): Promise<void>;
}

function createSeat<Request, Reply>(
  thread: PoolThread<Request, Reply>,
  timeoutMs: number,
  on: { free: () => void; worked: (elapsedMs: number) => void; gone: (reason: string) => void },
): Seat<Request, Reply> {
  let pending: PendingRequest<Request, Reply> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let takenAtMs: number | null = null;
  let up = false;
  let ended = false;

  const workingMs = (): number | null => (takenAtMs === null ? null : performance.now() - takenAtMs);
  /** It works no more. */
  const stopClock = (): void => {
    clearTimeout(timer);
    on.worked(workingMs() ?? 0);
    takenAtMs = null;
  };
  const lose = (error: AppError): void => {
    stopClock();
    pending?.reject(error);
    pending = undefined;
    if (ended) return;
    ended = true;
    if (up) on.gone(error.message);
  };
  thread.onReply((reply) => {
    stopClock();
    const done = pending;
    pending = undefined;
    done?.resolve(reply);
    if (!ended) on.free();
  });
  thread.onExit((error) => {
    lose(new AppError('inference-crashed', `an inference thread exited: ${error?.message ?? 'no reason given'}`, { cause: error }));
  });
  return {
    opened: thread.ready.then(() => {
      up = true;
      on.free();
    }),
    take: (taken) => {
      pending = taken;
      takenAtMs = performance.now();
      timer = setTimeout(() => {
        lose(new AppError('inference-timeout', `a picture took longer than ${timeoutMs} ms`));
        void thread.end();
      }, timeoutMs);
      thread.send(taken.request);
    },
    workingMs,
    end: () => {
      lose(new AppError('aborted', 'the engine is closing'));
      return thread.end();
    },
  };
}
