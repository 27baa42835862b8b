import { setMaxListeners } from 'node:events';
import { AppError } from '@watchpost/shared/errors';

/** A thread as the pool sees it: takes one request at a time. */
export interface PoolThread<Request, Reply> {
  /** Resolves when it can take requests; rejects when it could not start. */
  ready: Promise<void>;
  send(request: Request): void;
  onReply(listener: (reply: Reply) => void): void;
  /** Called once, when the thread has ended for any reason. */
  onExit(listener: (error: Error | undefined) => void): void;
  end(): Promise<void>;
}

export interface PoolOptions<Request, Reply> {
  size: number;
  start: () => PoolThread<Request, Reply>;
  /** A request that takes longer loses its thread. */
  timeoutMs: number;
  onLost: (reason: string) => void;
}

export interface Pool<Request, Reply> {
  /** The next free thread's answer. Rejects with `aborted`, `inference-timeout` or `inference-crashed`. */
  run(request: Request, signal: AbortSignal): Promise<Reply>;
  close(): Promise<void>;
}

interface Job<Request, Reply> {
  request: Request;
  resolve: (reply: Reply) => void;
  reject: (error: AppError) => void;
}

/** A thread that dies as it starts is tried again after this long, so that a broken installation does not spin. */
const restartDelayMs = 1_000;

/**
 * Keeps `size` threads, gives each one request at a time, first come first served. A thread that crashes or hangs is replaced;
 * its request is rejected with a transient error, the others never notice. Rejects where no thread could start at all.
 */
export async function createPool<Request, Reply>(options: PoolOptions<Request, Reply>): Promise<Pool<Request, Reply>> {
  const { size, start, timeoutMs, onLost } = options;
  const waiting: Job<Request, Reply>[] = [];
  const idle: Seat<Request, Reply>[] = [];
  const seats = new Set<Seat<Request, Reply>>();
  let closed = false;

  const next = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const seat = idle.pop();
      const job = waiting.shift();
      if (seat && job) seat.take(job);
    }
  };

  const open = async (): Promise<void> => {
    const seat = createSeat(start(), timeoutMs, {
      free: () => {
        idle.push(seat);
        next();
      },
      gone: (reason) => {
        seats.delete(seat);
        if (idle.includes(seat)) idle.splice(idle.indexOf(seat), 1);
        if (closed) return;
        onLost(reason);
        reopen(0);
      },
    });
    seats.add(seat);
    await seat.opened;
  };
  const reopen = (delayMs: number): void => {
    setTimeout(() => {
      if (closed) return;
      open().catch((error: unknown) => {
        onLost(`a thread did not start: ${String(error)}`);
        reopen(restartDelayMs);
      });
    }, delayMs);
  };

  const close = async (): Promise<void> => {
    closed = true;
    for (const job of waiting.splice(0)) job.reject(new AppError('aborted', 'the engine is closing'));
    await Promise.all([...seats].map((seat) => seat.end()));
  };

  try {
    await Promise.all(Array.from({ length: size }, open));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    run: (request, signal) =>
      new Promise<Reply>((resolve, reject) => {
        const abort = (): void => {
          const place = waiting.indexOf(job);
          if (place >= 0) waiting.splice(place, 1);
          job.reject(new AppError('aborted', 'nobody waits for this picture any more'));
        };
        const settle = (): void => signal.removeEventListener('abort', abort);
        const job: Job<Request, Reply> = {
          request,
          resolve: (reply) => {
            settle();
            resolve(reply);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
        };
        if (closed || signal.aborted) return reject(new AppError('aborted', 'the engine is closed or nobody waits'));
        // Many pictures may wait on one signal, that of the process stopping.
        setMaxListeners(0, signal);
        signal.addEventListener('abort', abort, { once: true });
        waiting.push(job);
        next();
      }),
    close,
  };
}

/** One place in the pool and the thread on it. */
interface Seat<Request, Reply> {
  opened: Promise<void>;
  take(job: Job<Request, Reply>): void;
  end(): Promise<void>;
}

function createSeat<Request, Reply>(
  thread: PoolThread<Request, Reply>,
  timeoutMs: number,
  on: { free: () => void; gone: (reason: string) => void },
): Seat<Request, Reply> {
  let job: Job<Request, Reply> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let up = false;
  let ended = false;

  const lose = (error: AppError): void => {
    clearTimeout(timer);
    job?.reject(error);
    job = undefined;
    if (ended) return;
    ended = true;
    if (up) on.gone(error.message);
  };
  thread.onReply((reply) => {
    clearTimeout(timer);
    const answered = job;
    job = undefined;
    answered?.resolve(reply);
    if (!ended) on.free();
  });
  thread.onExit((error) => {
    lose(new AppError('inference-crashed', `an inference thread ended: ${error?.message ?? 'no reason given'}`, { cause: error }));
  });
  return {
    opened: thread.ready.then(() => {
      up = true;
      on.free();
    }),
    take: (taken) => {
      job = taken;
      timer = setTimeout(() => {
        lose(new AppError('inference-timeout', `a picture took longer than ${timeoutMs} ms`));
        void thread.end();
      }, timeoutMs);
      thread.send(taken.request);
    },
    end: () => {
      lose(new AppError('aborted', 'the engine is closing'));
      return thread.end();
    },
  };
}
