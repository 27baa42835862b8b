import type { Env } from '@watchpost/shared/config/parse-env';

/** An environment in which the gallery can be reached, until `close`. */
export interface CommandStorage {
  env: Env;
  close(): Promise<void>;
}

/** Runs a command and resolves to its exit code. It may throw: an AppError is printed and the exit code is 1, or 2 for `usage-invalid`. */
export type Command = (args: string[], context: CommandContext) => Promise<number>;

export interface CommandContext {
  env: Env;
  /** Aborts on SIGINT (Ctrl-C) and SIGTERM. */
  signal: AbortSignal;
  /** Starts the embedded database of this installation, empty where there is none, whatever URLs are set; without one, the environment names no database. */
  openEmbedded: () => Promise<CommandStorage>;
  /** Writes a line to standard output. */
  print: (line: string) => void;
  /** Resolves when what was printed is on its way: a command that prints much waits for a slow reader, instead of filling its memory. */
  written: () => Promise<void>;
  /** Writes a line to standard error: progress, and what went wrong. */
  warn: (line: string) => void;
}

/**
 * What must exist before a command runs. `gallery`: a gallery that exists. `gallery-or-new`: a gallery, created where there is
 * none yet, so that the command may come before the first `npm start`. `installation`: the same, but never that of the demonstration.
 * `queue`: the queue of the jobs. `running`: what an `npm start` that runs has, if there is one; nothing is started.
 */
export type Needs = 'nothing' | 'gallery' | 'gallery-or-new' | 'installation' | 'queue' | 'running';

/** What the file of a command exports. */
export interface CommandModule {
  run: Command;
  /** For a command that needs more or less than its entry says, as it is called. Throws `usage-invalid`. */
  needsOf?: (args: readonly string[]) => Needs;
}

/** A command as an entry of the table of all commands. */
export interface CommandEntry {
  /** Its arguments, as the help shows them. */
  usage: string;
  /** What it does, in a few words. */
  does: string;
  needs: Needs;
  /** Where they do not fit into `usage`: each with what it does. */
  options?: readonly (readonly [option: string, does: string])[];
  /** The exit code where it fails. Default 1. */
  failed?: number;
  load: () => Promise<CommandModule>;
}
