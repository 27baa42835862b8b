import { parseArgs } from 'node:util';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
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

/** Parses `--json`, `--data DIR` and a bench's own options, which all take a value. Throws `config-invalid`. */
export function readOptions<Own extends z.ZodRawShape>(args: string[], own: Own): z.output<z.ZodObject<typeof commonOptions & Own>> {
  const ownOptions = Object.fromEntries(Object.keys(own).map((name) => [name, { type: 'string' } as const]));
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' }, data: { type: 'string' }, ...ownOptions } });
  const options = z.object({ ...commonOptions, ...own }).safeParse(values);
  if (!options.success) throw new AppError('config-invalid', z.prettifyError(options.error));
  return options.data;
}
