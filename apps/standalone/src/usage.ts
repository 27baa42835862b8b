import { parseArgs } from 'node:util';
import { AppError } from '@watchpost/shared/errors';

/** What `npm start -- --help` prints. */
export const usage = `usage: npm start [-- --demo | --no-demo]

  Starts ingest and a worker, with an embedded PostgreSQL for what no URL names (docs/configuration.md).
  Where neither Slack nor a database is configured it starts the demonstration: an emulated Slack with cameras.

  --demo     start the demonstration whatever is configured, with an embedded database of its own
  --no-demo  never start the demonstration: say what is missing instead`;

export interface LauncherArgs {
  help: boolean;
  /** Undefined: as the environment says. */
  demo: boolean | undefined;
}

/** Parses the arguments of `npm start`. Throws `usage-invalid`. */
export function readLauncherArgs(args: string[]): LauncherArgs {
  const values = parse(args);
  if (values.demo && values['no-demo']) throw new AppError('usage-invalid', '--demo and --no-demo exclude each other');
  return { help: values.help ?? false, demo: values.demo ? true : values['no-demo'] ? false : undefined };
}

function parse(args: string[]) {
  try {
    const flag = { type: 'boolean' } as const;
    return parseArgs({ args, options: { demo: flag, 'no-demo': flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    throw new AppError('usage-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
