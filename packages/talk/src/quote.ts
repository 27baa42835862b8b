import { createHash } from 'node:crypto';
import { controls, isVisible, shownText, withoutInvisible } from '@watchpost/shared/text';
import { z } from 'zod';

/** A quote as it is kept. */
export interface Quote {
  /** 32 hexadecimal digits, from its text: the same text is the same quote. */
  id: string;
  text: string;
  /** Null: nobody knows. */
  author: string | null;
  /** Where it is from: a title, or an address. Null: nobody knows. */
  source: string | null;
  /** Lower case, sorted. */
  tags: readonly string[];
  /** Milliseconds since 1970. */
  addedAtMs: number;
}

/** A quote's text has so many UTF-16 units at most. */
export const mostCharacters = 10_000;
/** Of one quote. */
export const mostTags = 20;

/** The form in which texts are stored: composed, without what nobody sees; lines stay lines. */
function cleanLines(text: string): string {
  const lines = withoutInvisible(text.normalize('NFC'))
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .split('\n');
  return lines
    .map((line) => line.replaceAll('\t', ' ').replaceAll(controls, '').trimEnd())
    .join('\n')
    .trim();
}

/** A tag as it is compared and stored; null: this is none. */
export function tagOf(text: string): string | null {
  const tag = text.normalize('NFC').trim().toLowerCase().replace(/^#/, '').replaceAll(/\s+/gu, '-');
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,39}$/u.test(tag) ? tag : null;
}

/** A tag as people write it: letters, digits, `.`, `_` and `-`, at most 40 characters. */
export const tagSchema = z.string().transform((text, context) => {
  const tag = tagOf(text);
  if (tag !== null) return tag;
  context.addIssue({ code: 'custom', message: 'must be 1 to 40 letters, digits, dots, dashes and underscores' });
  return z.NEVER;
});

/** A short text in one line; what is empty is unknown. */
const lineSchema = z
  .string()
  .max(2_000)
  .nullish()
  .transform((text) => shownText(text ?? '', { characters: 300, units: 1_200 }));

/** A quote as somebody gives it to us. */
export const newQuoteSchema = z.object({
  text: z
    .string()
    .max(mostCharacters, `must have at most ${mostCharacters} characters`)
    .transform((text) => cleanLines(text))
    .refine((text) => isVisible(text), 'must not be empty'),
  author: lineSchema,
  source: lineSchema,
  tags: z
    .array(tagSchema)
    .max(mostTags, `must be at most ${mostTags}`)
    .nullish()
    .transform((tags) => [...new Set(tags ?? [])].toSorted()),
});

/** What `newQuoteSchema` takes. */
export type NewQuote = z.input<typeof newQuoteSchema>;

/**
 * The id of a text. Spaces, capitals, forms of quotation marks and dashes, and what ends a sentence do not tell two quotes apart. Pure.
 */
export function quoteId(text: string): string {
  const normal = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[‘’‚‛′`´]/gu, "'")
    .replaceAll(/[“”„‟″«»]/gu, '"')
    .replaceAll(/\p{Pd}/gu, '-')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/^[\s"']+|[\s"'.!…]+$/gu, '');
  // Of a text that is nothing but such signs, they tell.
  return createHash('sha256')
    .update(normal === '' ? text : normal)
    .digest('hex')
    .slice(0, 32);
}
