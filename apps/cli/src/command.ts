import type { Env } from '@watchpost/shared/config/parse-env';

/** A command of the command line. Answers the exit code; an AppError that it lets through is printed, exit code 1. */
export type Command = (args: string[], context: CommandContext) => Promise<number>;

export interface CommandContext {
  env: Env;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
  /** A line to standard output. */
  print: (line: string) => void;
  /** A line to standard error: progress, and what went wrong. */
  warn: (line: string) => void;
}
