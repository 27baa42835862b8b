import type { CommonConfig } from '../config/common.ts';
import type { Env } from '../config/parse-env.ts';
import { withSecretFiles } from '../config/secret-files.ts';
import { AppError, isOperatorFault } from '../errors.ts';
import { createLogger, giveUpFlushing, type Logger } from '../observability/logger.ts';
import { createLifecycle, type Lifecycle, type LifecycleOptions } from './lifecycle.ts';

/** A library's stray handle must not keep a stopped process alive for longer. Milliseconds. */
const exitAfterMs = 1_000;

export interface ProcessOptions extends LifecycleOptions {
  /** With it an operator's mistake is printed in plain words; else it is logged. */
  name?: string;
  /** Signals that stop the process. */
  signals?: readonly NodeJS.Signals[];
  /** Aborts when whoever started the process is gone. */
  gone?: AbortSignal | undefined;
}

/**
 * Runs a process from start to exit code. A signal stops it, a second one aborts at once. More things stop it: an unhandled
 * rejection (a process in an unknown state must not take work), a call of `fail`, `gone`, and the end of the parent process if the two
 * are connected by IPC. `start` resolves when the process is up, and registers what it acquires with `lifecycle`.
 */
export async function runProcess(
  { signals = ['SIGINT', 'SIGTERM'], name, gone, ...options }: ProcessOptions,
  start: (lifecycle: Lifecycle, fail: (error: unknown) => void) => Promise<void>,
): Promise<void> {
  const { log } = options;
  const lifecycle = createLifecycle(options);
  const finish = async (reason: string, exitCode: number): Promise<void> => {
    process.exitCode ??= exitCode;
    await lifecycle.stop(reason);
    for (const signal of signals) process.off(signal, onSignal);
    process.off('disconnect', onDisconnect);
    gone?.removeEventListener('abort', onGone);
    process.off('unhandledRejection', onRejection);
    setTimeout(() => process.exit(), exitAfterMs).unref();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (lifecycle.stopping.aborted) log.warn('stopping at once');
    void finish(signal, 0);
  };
  const onDisconnect = (): void => {
    giveUpFlushing(log);
    void finish('the launcher is gone', 0);
  };
  // Whoever is gone may have passed a signal on before: this is no second one.
  const onGone = (): void => void (lifecycle.stopping.aborted || finish('whoever started it is gone', 0));
  const onRejection = (error: unknown): void => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exitCode = 1;
    void finish('unhandled rejection', 1);
  };
  const failWith = async (what: string, error: unknown): Promise<void> => {
    // A failure during shutdown is a consequence of the shutdown.
    if (!lifecycle.stopping.aborted) {
      if (name !== undefined && error instanceof AppError && isOperatorFault(error.code)) printFault(name, error);
      else log.fatal({ err: error }, what);
    }
    await finish(what, 1);
  };
  for (const signal of signals) process.on(signal, onSignal);
  if (process.connected) process.on('disconnect', onDisconnect);
  // The parent was gone before this process had loaded: the event came before anybody listened.
  else if (process.send) onDisconnect();
  process.on('unhandledRejection', onRejection);
  gone?.addEventListener('abort', onGone);
  if (gone?.aborted) onGone();
  if (lifecycle.stopping.aborted) return;
  try {
    await start(lifecycle, (error) => {
      if (!lifecycle.stopping.aborted) void failWith('stopping after a failure', error);
    });
  } catch (error) {
    await failWith('could not start', error);
  }
}

export interface ServiceOptions<C extends CommonConfig> {
  /** In its log lines. */
  name: string;
  env: Env;
  /** Throws `config-invalid` naming every fault. */
  loadConfig: (env: Env) => C;
  /** `env`: the variables, with the secrets that were in files. */
  start: (config: C, log: Logger, lifecycle: Lifecycle, env: Env) => Promise<void>;
}

/** `runProcess` for a process with a configuration, whose secrets may be in files, and a log. An operator's mistake is printed in plain words, without a stack; the exit code is 1. */
export async function runService<C extends CommonConfig>({ name, env, loadConfig, start }: ServiceOptions<C>): Promise<void> {
  let config: C;
  let whole: Env;
  try {
    whole = withSecretFiles(env);
    config = loadConfig(whole);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    printFault(name, error);
    process.exitCode = 1;
    return;
  }
  const log = createLogger(name, config.LOG_LEVEL);
  await runProcess({ name, log, graceMs: config.SHUTDOWN_GRACE_MS }, (lifecycle) => start(config, log, lifecycle, whole));
}

function printFault(name: string, { code, message }: AppError): void {
  process.stderr.write(`watchpost ${name} cannot start:\n${code === 'config-invalid' ? message : `${code}: ${message}`}\n`);
}
