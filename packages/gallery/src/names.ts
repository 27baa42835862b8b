import { AppError } from '@watchpost/shared/errors';
import {
  cleanText,
  controls,
  cut,
  ignorable,
  isVisible,
  tidied,
  whiteSpace,
  withoutInvisible,
  type TextLimit,
} from '@watchpost/shared/text';

/** The longest name, in characters as people count them (grapheme clusters, Unicode Standard Annex 29), and in UTF-16 units. */
const longest: TextLimit = { characters: 80, units: 400 };

/** Much more than the longest name. What is longer is cut here first, so that no text from a database takes long to tidy. */
const longestRead = 4_000;

export function unknownName(number: number): string {
  return `Unknown ${number}`;
}

/** Whether this is the name of the unknown of this number, however it is spelt. */
export function isNameOfUnknown(name: string, number: number): boolean {
  const unknown = unknownName(number);
  if (name === unknown) return true;
  // This is asked of everybody, and a key costs a hundred times as much: no other letter comes first in it, and none last.
  if (/^[A-TV-Za-tv-z]|[A-Za-z]$/.test(name)) return false;
  return nameKey(name) === nameKey(unknown);
}

/**
 * Names that people take for the same name have the same key. After NFKC_Casefold (Unicode Standard 3.13, D146): folds compatibility
 * forms and case (ß is ss, ς is σ), and drops what is invisible; and it folds white space, and the Turkish İ and ı to i. A key is its
 * own key.
 */
export function nameKey(name: string): string {
  const visible = name.normalize('NFKC').replaceAll(ignorable, '');
  // Marks that an invisible character kept apart come in order before they are folded.
  return foldCase(visible.normalize('NFKC')).normalize('NFKC').replaceAll(whiteSpace, ' ').trim();
}

/** By way of upper case, which spells ß as SS; first of all lower case, because ẞ is upper case already. */
function foldCase(text: string): string {
  return text
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/i\u0307+/g, 'i');
}

/**
 * The name as it is stored: composed (NFC), white space folded, without invisible characters other than joiners that join. Rejects with
 * `name-invalid` if nothing visible is left, if it is longer than 80 characters (or 400 UTF-16 units), has control characters, or looks
 * like an unknown's.
 */
export function validName(name: string): string {
  const tidy = tidied(name);
  if (!isVisible(tidy)) throw new AppError('name-invalid', 'the name is empty');
  if (tidy !== cut(tidy, longest)) throw new AppError('name-invalid', `the name is longer than ${longest.characters} characters`);
  if (tidy.search(controls) !== -1) throw new AppError('name-invalid', 'the name has control characters');
  if (/^unknown \d+$/.test(nameKey(tidy))) throw new AppError('name-invalid', '"Unknown" and a number is reserved for strangers');
  return tidy;
}

/** A name that was read from a database, where people edit it by hand. */
export interface ShownName {
  /** Fit to be shown; null if there is nothing to show. */
  name: string | null;
  /** What is wrong with it as it is stored, as the end of a sentence ("the name …"); null if nothing is. */
  problem: string | null;
}

/** The name to show for what a database holds in its place. Never rejects: a bad name must not hide a person. */
export function shownName(raw: unknown): ShownName {
  if (typeof raw !== 'string') return { name: null, problem: 'is not text' };
  const read = raw.slice(0, longestRead);
  const name = cleanText(read, longest);
  return { name: isVisible(name) ? name : null, problem: problemOf(raw, tidied(read)) };
}

function problemOf(raw: string, tidy: string): string | null {
  if (raw.length > longestRead || tidy !== cut(tidy, longest)) return `is longer than ${longest.characters} characters`;
  if (!isVisible(tidy)) return 'is empty';
  return tidy.search(controls) !== -1 || withoutInvisible(raw) !== raw ? 'has control characters or invisible ones' : null;
}
