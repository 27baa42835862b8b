import { parseArgs } from 'node:util';
import { AppError } from '@watchpost/shared/errors';
import type { Demo } from './plan.ts';

/** What `npm start -- --help` prints. */
export const usage = `usage: npm start [-- --demo | --telegram | --no-demo] [--drain]

  Starts ingest and a worker, with an embedded PostgreSQL for what no URL names (docs/configuration.md).
  Where neither a chat platform nor a database is configured it starts the demonstration: an emulated Slack with cameras.

  --demo      start the demonstration whatever is configured, with an embedded database of its own
  --telegram  the same with an emulated Telegram
  --no-demo   never start the demonstration: say what is missing instead
  --drain     take in nothing new: a worker alone finishes what is in the queue, then everything stops`;

export interface LauncherArgs {
  help: boolean;
  drain: boolean;
  /** Undefined: as the environment says. */
  demo: Demo | false | undefined;
}

/** Parses the arguments of `npm start`. Throws `usage-invalid`. */
export function readLauncherArgs(args: string[]): LauncherArgs {
  const values = parse(args);
  const chosen = Object.entries({ '--demo': values.demo, '--telegram': values.telegram, '--no-demo': values['no-demo'] }).flatMap(
    ([name, isSet]) => (isSet ? [name] : []),
  );
  if (chosen.length > 1) throw new AppError('usage-invalid', `${chosen.join(' and ')} exclude each other`);
  return { help: values.help ?? false, drain: values.drain ?? false, demo: demoOf(chosen[0]) };
}

function demoOf(flag: string | undefined): LauncherArgs['demo'] {
  if (flag === undefined) return undefined;
  if (flag === '--no-demo') return false;
  return flag === '--telegram' ? 'telegram' : 'slack';
}

function parse(args: string[]) {
  try {
    const flag = { type: 'boolean' } as const;
    return parseArgs({ args, options: { demo: flag, telegram: flag, 'no-demo': flag, drain: flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    throw new AppError('usage-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
