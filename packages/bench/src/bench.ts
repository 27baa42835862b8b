import { parseArgs } from 'node:util';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { z } from 'zod';

/** A developers' measurement. Resolves to the exit code; an AppError that it rejects with is printed, exit code 1. */
export type Bench = (args: string[], io: BenchIo) => Promise<number>;

export interface BenchIo {
  env: Env;
  /** A line to standard output: the report. */
  print: (line: string) => void;
  /** A line to standard error: progress. */
  warn: (line: string) => void;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
}

/** Options of every bench: JSON instead of a table, and the folder of labelled pictures. */
const commonOptions = { json: z.boolean().default(false), data: z.string().optional() };

/** Parses `--json`, `--data DIR` and a bench's own options, which all take a value. Throws `usage-invalid`. */
export function readOptions<Own extends z.ZodRawShape>(args: string[], own: Own): z.output<z.ZodObject<typeof commonOptions & Own>> {
  const ownOptions = Object.fromEntries(Object.keys(own).map((name) => [name, { type: 'string' } as const]));
  const options = z.object({ ...commonOptions, ...own }).safeParse(valuesOf(args, ownOptions));
  if (!options.success) throw new AppError('usage-invalid', z.prettifyError(options.error));
  return options.data;
}

function valuesOf(args: string[], ownOptions: Record<string, { type: 'string' }>): object {
  try {
    return parseArgs({ args, options: { json: { type: 'boolean' }, data: { type: 'string' }, ...ownOptions } }).values;
  } catch (error) {
    throw new AppError('usage-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The exit code of a bench or proof that failed: 2 where it was called in a wrong way. */
export const exitCodeOf = (code: ErrorCode): number => (code === 'usage-invalid' ? 2 : 1);
