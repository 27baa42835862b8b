import { z } from 'zod';
import { AppError } from '../errors.ts';

/** An environment: `process.env`, or what a test passes. */
export type Env = Record<string, string | undefined>;

/** The variables that one part of the program reads; parts are merged by spreading. */
export type EnvShape = Record<string, z.ZodType>;

/**
 * Parses the environment in one go. Empty variables count as unset (compose files and shells set them so).
 * Throws `config-invalid` naming every faulty variable at once, never its value: values may be secrets.
 * `check` reports faults that concern several variables together.
 */
export function parseEnv<S extends EnvShape>(
  env: Env,
  shape: S,
  check: (config: z.output<z.ZodObject<S>>) => string[] = () => [],
): z.output<z.ZodObject<S>> {
  const present = Object.fromEntries(Object.entries(env).filter(([key, value]) => key in shape && value?.trim()));
  const result = z.object(shape).safeParse(present);
  const faults = result.success
    ? check(result.data)
    : result.error.issues.map(({ path, code, message }) => {
        const name = String(path[0]);
        return code === 'invalid_type' && !(name in present) ? `${name} is not set` : `${name}: ${message}`;
      });
  if (!result.success || faults.length > 0) {
    throw new AppError('config-invalid', faults.join('\n'));
  }
  return result.data;
}

/** A comma separated list, at least one entry, blanks trimmed, doubles dropped. */
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
export const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
