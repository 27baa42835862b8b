/** A word of a command, or several in quotation marks. */
interface Word {
  text: string;
  quoted: boolean;
}

/** Any marks that people and their keyboards write. */
const quotes = /["“”„«»]/gu;

/** Splits what was typed. A mark that is never closed counts as a letter. Pure. */
export function wordsOf(text: string): Word[] {
  const words = text.replaceAll(quotes, '"').matchAll(/"([^"]*)"|\S+/g);
  return Array.from(words, ([all, quoted]) => ({ text: (quoted ?? all).trim(), quoted: quoted !== undefined })).filter(
    (word) => word.text !== '',
  );
}

/** A name that is all of the rest, with or without quotation marks. */
export const oneName = (text: string): string => joined(wordsOf(text));

const joined = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ');

/**
 * The ways to read two names around a word such as `to`: `Ada Lovelace to Ada King`, `"Unknown 7" Ada`. Likelier ones first; none if
 * there are not two names.
 */
export function twoNames(text: string, between: string): { one: string; other: string }[] {
  const words = wordsOf(text);
  const split = words.flatMap(({ text: word, quoted }, index) => {
    const isBetween = !quoted && word.toLowerCase() === between && index > 0 && index < words.length - 1;
    return isBetween ? [{ one: joined(words.slice(0, index)), other: joined(words.slice(index + 1)) }] : [];
  });
  if (split.length > 0) return split;
  const [first] = words;
  const last = words.at(-1);
  if (!first || !last || words.length < 2) return [];
  if (words.length === 2 || first.quoted) return [{ one: first.text, other: joined(words.slice(1)) }];
  return last.quoted ? [{ one: joined(words.slice(0, -1)), other: last.text }] : [];
}

/** The id of a member who was mentioned instead of a name; null: it is a name. */
export const mentioned = (text: string): string | null => /^<@([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(text.trim())?.[1] ?? null;
