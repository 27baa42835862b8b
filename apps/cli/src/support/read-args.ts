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

/** The whole number from 1 to `most` that an option gives; undefined where the option is not given. Throws `usage-invalid`. */
export function readCount(option: string, value: string | undefined, most: number): number | undefined {
  const count = readNumber(option, value, most);
  if (count === undefined || (Number.isInteger(count) && count >= 1)) return count;
  throw new AppError('usage-invalid', `${option} must be a whole number from 1 to ${most}`);
}

/** The number from 0 to `most` that an option gives; undefined where the option is not given. Throws `usage-invalid`. */
function readNumber(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === '' ? NaN : Number(value);
  if (number >= 0 && number <= most) return number;
  throw new AppError('usage-invalid', `${option} must be a number from 0 to ${most}`);
}

function parse<O extends Options>(args: string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new AppError('usage-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
