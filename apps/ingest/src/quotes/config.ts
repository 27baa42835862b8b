import { commaList } from '@watchpost/shared/config/parse-env';

/** The variables about quotes over HTTP. */
export const quotesEnv = {
  /** Who may read and add quotes over HTTP: one token, or two while rotating. Not set: nobody. */
  QUOTES_TOKEN: commaList
    .refine((list) => list.every((token) => token.length >= 24), 'must have at least 24 characters: `openssl rand -hex 32` makes one')
    // No header could ever carry another one.
    .refine((list) => list.every((token) => /^[\x21-\x7E]*$/.test(token)), 'must be of ASCII letters, digits and signs, without spaces')
    .refine((list) => list.length <= 2, 'takes one token, or two while rotating')
    .optional(),
};
