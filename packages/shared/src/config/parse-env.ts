import { z } from 'zod';
import { AppError } from '../errors.ts';

/** An environment: `process.env`, or a test's. */
export type Env = Record<string, string | undefined>;

/** The variables that one part of the program reads; merge parts by spreading. */
export type EnvShape = Record<string, z.ZodType>;

/** The parsed variables of a shape. */
export type ConfigOf<S extends EnvShape> = z.output<z.ZodObject<S>>;

/**
 * Parses the environment. Empty variables count as unset (compose files and shells set them like that).
 * Throws `config-invalid` naming every faulty variable at once, never its value: values may be secrets.
 * `check` reports faults of several variables together. It runs even if a single variable is
 * faulty, and may then see it unset or unparsed: test for presence only.
 */
export function parseEnv<S extends EnvShape>(env: Env, shape: S, check: (config: ConfigOf<S>) => string[] = () => []): ConfigOf<S> {
  const present = Object.fromEntries(Object.entries(env).filter(([key, value]) => Object.hasOwn(shape, key) && value?.trim()));
  const checked = z.object(shape).superRefine(
    (config, context) => {
      for (const message of check(config)) context.addIssue({ code: 'custom', message, path: [] });
    },
    // Without this zod skips the check as long as any single variable is faulty.
    { when: () => true },
  );
  const quoted = Object.keys(present).filter((name) => isQuoted(present[name] ?? '') && !takesQuotes(shape[name]));
  const result = checked.safeParse(present);
  if (result.success && quoted.length === 0) return result.data;
  // The quotes explain whatever else is wrong with such a value.
  const issues = (result.error?.issues ?? []).filter(({ path }) => !quoted.includes(String(path[0])));
  const faults = issues.map(({ path, code, message }) => {
    if (path.length === 0) return message;
    const name = String(path[0]);
    return code === 'invalid_type' && !(name in present) ? `${name} is not set` : `${name}: ${message}`;
  });
  throw new AppError('config-invalid', [...quoted.map((name) => `${name}: remove the quotes around the value`), ...faults].join('\n'));
}

/** Files of variables as Docker reads them keep quotes as a part of the value; word processors make them typographic. */
const isQuoted = (value: string): boolean => /^(["'`“”„‟«»‘’‚‛‹›]).*(["'`“”„‟«»‘’‚‛‹›])$/su.test(value.trim());

/** Marks a variable whose value may begin and end with quotes. */
export const mayBeQuoted = { mayBeQuoted: true } as const;

const takesQuotes = (schema: z.ZodType | undefined): boolean => schema?.meta()?.['mayBeQuoted'] === true;

/** A comma-separated list with at least one entry; blanks are trimmed, duplicates dropped. */
export const commaList = z
  .string()
  .transform((text) => [
    ...new Set(
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter(Boolean),
    ),
  ])
  .refine((entries) => entries.length > 0, 'needs at least one entry');

/** A whole number from the environment. */
export const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error);
};

/** A union of shapes as one shape with all their variables. */
type Merged<S> = (S extends unknown ? (shape: S) => void : never) extends (shape: infer M) => void ? M : never;

/** The variables of every entry of a table as one shape. */
export function mergeEnv<E extends { env: EnvShape }>(entries: readonly E[]): Merged<E['env']> {
  return Object.assign({}, ...entries.map(({ env }) => env));
}
