import { parseArgs, type ParseArgsConfig } from 'node:util';
import { AppError } from '@watchpost/shared/errors';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>>;

/**
 * Parses a command's arguments: its options, and from `least` to `most` others. Throws `usage-invalid` for anything else; the
 * caller prints the command's usage.
 */
export function readArgs<const O extends Options>(args: string[], options: O, least = 0, most = least): Parsed<O> {
  const parsed = parse(args, options);
  const count = parsed.positionals.length;
  if (count < least) throw new AppError('usage-invalid', 'an argument is missing');
  if (count > most) throw new AppError('usage-invalid', `unexpected argument: ${parsed.positionals[most] ?? ''}`);
  return parsed;
}

function parse<O extends Options>(args: string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new AppError('usage-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
