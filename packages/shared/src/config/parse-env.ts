import { z } from 'zod';
import { AppError } from '../errors.ts';

/** An environment: `process.env`, or what a test passes. */
export type Env = Record<string, string | undefined>;

/** The variables that one part of the program reads; parts are merged by spreading. */
export type EnvShape = Record<string, z.ZodType>;

/**
 * Parses the environment in one go. Empty variables count as unset (compose files and shells set them so).
 * Throws `config-invalid` naming every faulty variable at once, never its value: values may be secrets.
 * `check` reports faults that concern several variables together; it runs also when some
 * variable is faulty by itself, so it may see one unset or unparsed: test for presence only.
 */
export function parseEnv<S extends EnvShape>(
  env: Env,
  shape: S,
  check: (config: z.output<z.ZodObject<S>>) => string[] = () => [],
): z.output<z.ZodObject<S>> {
  const present = Object.fromEntries(Object.entries(env).filter(([key, value]) => key in shape && value?.trim()));
  const checked = z.object(shape).superRefine(
    (config, context) => {
      for (const message of check(config)) context.addIssue({ code: 'custom', message, path: [] });
    },
    // Without this zod would leave the common check out until every single variable is well.
    { when: () => true },
  );
  const result = checked.safeParse(present);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, code, message }) => {
    if (path.length === 0) return message;
    const name = String(path[0]);
    return code === 'invalid_type' && !(name in present) ? `${name} is not set` : `${name}: ${message}`;
  });
  throw new AppError('config-invalid', faults.join('\n'));
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
