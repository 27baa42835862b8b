import { constants } from 'node:os';
import { storageEnv } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { withSecretFiles } from '@watchpost/shared/config/secret-files';
import { type AppError, toAppError } from '@watchpost/shared/errors';
import { redactSecrets } from '@watchpost/shared/observability/logger';
import type { CommandEntry, CommandStorage, Needs } from './command.ts';
import { commands, isFamily, usageOf } from './commands.ts';
import { helpLines, helpOf } from './help.ts';
import { openOutput, outputFailed } from './support/output.ts';

/** Provides what a command needs where the environment names no database. Rejects with an AppError. */
export type OpenStorage = (needs: Needs, env: Env, signal: AbortSignal) => Promise<CommandStorage>;

export interface RunOptions {
  env: Env;
  /** By default the environment must name the database. */
  openStorage?: OpenStorage;
  /** Default: a line to standard output. */
  print?: (line: string) => void;
  /** Default: a line to standard error. */
  warn?: (line: string) => void;
}

/** Errors whose cause the user can do something about. */
const withReason = new Set<string>([
  'embedded-database-failed',
  'gallery-unavailable',
  'gallery-refused',
  'database-incompatible',
  'queue-unavailable',
]);

/** A terminal that is closed is one of them: what a command has begun is cleaned up then, too. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const asIs: OpenStorage = async (_needs, env) => ({ env, close: async () => undefined });

/**
 * Runs one command: its name, then its arguments. SIGINT, SIGTERM and SIGHUP abort it. Resolves to the exit code: the command's own, 1 where
 * it failed, 2 where it was called wrongly, 130, 143 and 129 where one of these signals ended it. Never rejects.
 */
export async function runCommand(
  [name = 'help', ...args]: string[],
  { env, openStorage = asIs, print, warn }: RunOptions,
): Promise<number> {
  const stdout = openOutput(process.stdout);
  const stderr = openOutput(process.stderr);
  try {
    const written = async (signal: AbortSignal): Promise<void> => (print ? undefined : stdout.written(signal));
    const code = await runNamed(name, args, { env, openStorage, print: print ?? stdout.write, warn: warn ?? stderr.write, written });
    const failure = await stdout.finish();
    if (failure) stderr.write(shownFailure(failure));
    return failure && code === 0 ? 1 : code;
  } finally {
    await stderr.finish();
  }
}

interface RunContext extends Required<RunOptions> {
  written: (signal: AbortSignal) => Promise<void>;
}

async function runNamed(name: string, args: string[], context: RunContext): Promise<number> {
  const { print, warn } = context;
  const called = commandOf(name, args);
  if (called && asksForHelp(called.args)) {
    for (const line of helpOf(called.name, called.entry)) print(line);
    return 0;
  }
  if (called) return runEntry(called, context);
  const family = isFamily(name) ? name : null;
  const isHelp = family === null ? isHelpWord(name) : args.length === 0 || isHelpWord(args[0] ?? '');
  if (!isHelp) warn(`unknown command: ${family === null ? name : `${name} ${args[0] ?? ''}`}`);
  for (const line of helpLines(family)) (isHelp ? print : warn)(line);
  return isHelp ? 0 : 2;
}

interface CalledCommand {
  name: string;
  entry: CommandEntry;
  args: string[];
}

/** A command of one word, or of two: `people`, `rules add`. Null: there is none of this name. */
function commandOf(name: string, args: string[]): CalledCommand | null {
  const [second, ...rest] = args;
  const long = commands.get(`${name} ${second ?? ''}`);
  if (long) return { name: `${name} ${second ?? ''}`, entry: long, args: rest };
  const entry = commands.get(name);
  return entry ? { name, entry, args } : null;
}

const isHelpWord = (word: string): boolean => ['help', '--help', '-h'].includes(word);

/** Not behind `--`, where there are only names. */
function asksForHelp(args: readonly string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.some((arg) => arg === '--help' || arg === '-h');
}

async function runEntry({ name, entry, args }: CalledCommand, { env, openStorage, print, warn, written }: RunContext): Promise<number> {
  const interrupt = new AbortController();
  let received: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    received = signal;
    interrupt.abort();
  };
  // Once each: a second signal ends the process at once.
  for (const signal of endings) process.once(signal, onSignal);
  try {
    const { run, needsOf } = await entry.load();
    const storage = await openStorage(needsOf?.(args) ?? entry.needs, withSecretFiles(env), interrupt.signal);
    try {
      const { signal } = interrupt;
      const openEmbedded = async (): Promise<CommandStorage> => openStorage('installation', withoutUrls(env), signal);
      return await run(args, { env: storage.env, openEmbedded, signal, print, warn, written: async () => written(signal) });
    } finally {
      await storage.close();
    }
  } catch (thrown) {
    const failure = ofWriting(thrown) ?? toAppError(thrown);
    warn(shownFailure(failure));
    if (received !== null && failure.code === 'aborted') return exitCodeOf(received);
    if (failure.code !== 'usage-invalid') return entry.failed ?? 1;
    warn(`usage: ${usageOf(name, entry)}${entry.options ? `    (watchpost ${name} --help lists the options)` : ''}`);
    return 2;
  } finally {
    for (const signal of endings) process.off(signal, onSignal);
  }
}

const withoutUrls = (env: Env): Env => ({ ...env, ...Object.fromEntries(Object.keys(storageEnv).map((name) => [name, undefined])) });

/** As shells count: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. */
const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** What went wrong, with the database's own words: a full disk, a permission, a wrong password. */
function shownFailure({ code, message, cause }: AppError): string {
  const reason = withReason.has(code) && cause instanceof Error ? ` (${redactSecrets(cause.message)})` : '';
  return `${code}: ${message}${reason}`;
}

/** A file that could not be written, most often because the disk is full; null for anything else. */
function ofWriting(thrown: unknown): AppError | null {
  return thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'write' ? outputFailed(thrown) : null;
}
