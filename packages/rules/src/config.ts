import { commaList, wholeNumber, type ConfigOf } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

const longEnough = (list: readonly string[]): boolean => list.every((secret) => secret.length >= 32);
const secrets = commaList
  .refine(longEnough, 'must have at least 32 characters: `openssl rand -hex 32` makes one')
  .refine((list) => list.length <= 2, 'takes one key, or two while rotating: the first one seals');

/** What seals messages in jobs; ingest and worker must have the same. */
export const messageKeyEnv = {
  /** Default: derived from the platforms' tokens, which both have. */
  MESSAGE_KEY: secrets.optional(),
};

/**
 * The keys of messages in jobs: ingest seals with the first one, the worker opens with all. `tokens`: of the platforms in use, where none is
 * set; at least one.
 */
export function messageKeysOf(
  { MESSAGE_KEY: keys = [] }: ConfigOf<typeof messageKeyEnv>,
  tokens: readonly string[],
): [string, ...string[]] {
  const [first, ...others] = keys.length > 0 ? keys : tokens;
  if (first === undefined) throw new AppError('config-invalid', 'MESSAGE_KEY must be set, or the token of a platform');
  return [first, ...others];
}

/** The variables about rules that the worker and the command line read. */
export const rulesEnv = {
  ...messageKeyEnv,
  /** Encrypts what is in quarantine; without it nothing can be kept. */
  QUARANTINE_KEY: secrets.optional(),
  /** How long violations are kept, with what is in quarantine. Days. */
  RULES_KEEP_DAYS: wholeNumber(1, 3_650).default(90),
  /** Whether text in pictures is read. */
  RULES_OCR: z.enum(['on', 'off']).default('off'),
};
