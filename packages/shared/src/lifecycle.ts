import type { Logger } from './observability/logger.ts';

/**
 * A process's life: what was acquired is released last in, first out, also when start-up fails half-way.
 * Stopping has two stages. First `stopping` aborts: take no new work, finish what is running. When the grace
 * period is over, or at a second signal, `aborting` aborts as well: everything that still waits gives up.
 */
export interface Lifecycle {
  /** Aborts when the process should take no new work. */
  readonly stopping: AbortSignal;
  /** Aborts when work still running must give up. */
  readonly aborting: AbortSignal;
  /** Registers the release of something just acquired. */
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
  const releasers: { name: string; release: () => Promise<void> | void }[] = [];
  let stopped: Promise<void> | undefined;

  const releaseAll = async (reason: string): Promise<void> => {
    log.info({ reason }, 'stopping');
    stopping.abort();
    const timer = setTimeout(() => {
      log.warn({ graceMs }, 'grace period over, aborting what still runs');
      aborting.abort();
    }, graceMs);
    for (let next = releasers.pop(); next; next = releasers.pop()) {
      try {
        await next.release();
      } catch (error) {
        log.error({ err: error, resource: next.name }, 'release failed');
      }
    }
    clearTimeout(timer);
    log.info('stopped');
  };

  return {
    stopping: stopping.signal,
    aborting: aborting.signal,
    onStop: (name, release) => {
      releasers.push({ name, release });
    },
    stop: (reason) => {
      if (stopped) aborting.abort();
      stopped ??= releaseAll(reason);
      return stopped;
    },
  };
}

/**
 * Runs a process from start to exit code. SIGINT and SIGTERM stop it, a second signal aborts at once.
 * An unhandled rejection stops it too: a process in an unknown state must not go on taking work. So does the end of the
 * process that started this one, where the two are connected.
 * `start` resolves when the process is up; what it acquired it has registered with `onStop`.
 */
export async function runProcess(options: LifecycleOptions, start: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const lifecycle = createLifecycle(options);
  const finish = async (reason: string, exitCode: number): Promise<void> => {
    process.exitCode ??= exitCode;
    await lifecycle.stop(reason);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    process.off('disconnect', onDisconnect);
    // Everything of ours is released; a library's stray handle must not keep a stopped process alive.
    setTimeout(() => process.exit(), 1_000).unref();
  };
  const onSignal = (signal: NodeJS.Signals): void => void finish(signal, 0);
  const onDisconnect = (): void => void finish('the launcher is gone', 0);
  if (process.connected) process.on('disconnect', onDisconnect);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('unhandledRejection', (error) => {
    options.log.fatal({ err: error }, 'unhandled rejection');
    process.exitCode = 1;
    void finish('unhandled rejection', 1);
  });
  try {
    await start(lifecycle);
  } catch (error) {
    if (!lifecycle.stopping.aborted) options.log.fatal({ err: error }, 'could not start');
    await finish('start failed', 1);
  }
}
