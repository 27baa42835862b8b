import { setMaxListeners } from 'node:events';
import type { Logger } from '../observability/logger.ts';

/**
 * What a process has acquired, released in reverse order, also when it fails half-way through starting.
 * Stopping has two stages. First `stopping` aborts: take no new work, finish what is running. When the grace
 * period is over, or when `stop` is called again, `aborting` aborts too: everything that still waits gives up.
 */
export interface Lifecycle {
  /** Aborts when the process should take no new work. */
  readonly stopping: AbortSignal;
  /** Aborts when work that is still running must give up. */
  readonly aborting: AbortSignal;
  /** Registers how to release something just acquired. */
  onStop(name: string, release: () => Promise<void> | void): void;
  /** Stops; safe to call twice. Resolves when everything is released. */
  stop(reason: string): Promise<void>;
}

export interface LifecycleOptions {
  log: Logger;
  /** Time that running work has to finish, in milliseconds. */
  graceMs: number;
}

export function createLifecycle({ log, graceMs }: LifecycleOptions): Lifecycle {
  const stopping = new AbortController();
  const aborting = new AbortController();
  // Everything that runs or waits listens to them.
  setMaxListeners(0, stopping.signal, aborting.signal);
  const releasers: { name: string; release: () => Promise<void> | void }[] = [];
  let stopped: Promise<void> | undefined;
  let released = false;

  const releaseOne = async ({ name, release }: (typeof releasers)[number]): Promise<void> => {
    try {
      await release();
    } catch (error) {
      log.error({ err: error, resource: name }, 'could not release a resource');
    }
  };
  const releaseAll = async (reason: string): Promise<void> => {
    const level = releasers.length === 0 ? 'debug' : 'info';
    log[level]({ reason }, 'stopping');
    stopping.abort();
    const timer = setTimeout(() => {
      log.warn({ graceMs }, 'grace period over, aborting what is still running');
      aborting.abort();
    }, graceMs);
    for (let next = releasers.pop(); next; next = releasers.pop()) await releaseOne(next);
    released = true;
    clearTimeout(timer);
    log[level]('stopped');
  };

  return {
    stopping: stopping.signal,
    aborting: aborting.signal,
    onStop: (name, release) => {
      // Acquired by a start that was still under way when everything else had been released.
      if (released) void releaseOne({ name, release });
      else releasers.push({ name, release });
    },
    stop: (reason) => {
      if (stopped) aborting.abort();
      stopped ??= releaseAll(reason);
      return stopped;
    },
  };
}
