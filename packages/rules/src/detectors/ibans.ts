import { countrySpecs, validateIBAN, ValidationErrorsIBAN } from 'ibantools';
import type { Span } from '../reading/span.ts';
import type { Detector } from './detector.ts';

/** A country and the check digits, at the beginning of a word. */
const begin = /(?<![\p{L}\p{N}_]|[\p{L}\p{N}][-/.])(?:IBAN:?)?(?<country>[A-Z]{2}|[a-z]{2})[ -]?\d\d(?=[ \-.]?[A-Z0-9])/giu;
const alphanumeric = /[A-Z0-9]/i;
const gap = /[ \-.]/;

/** Some banks' own check digits, which are not the IBAN's, have changed with time. */
const accepted: readonly ValidationErrorsIBAN[] = [ValidationErrorsIBAN.WrongAccountBankBranchChecksum];

/** Digits and letters as numbers, the country and the check digits last: the rest by 97 is 1. */
function hasCheckDigits(electronic: string): boolean {
  let rest = 0;
  for (let at = 0; at < electronic.length; at += 1) {
    const value = Number.parseInt(electronic.charAt((at + 4) % electronic.length), 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const isIban = (electronic: string): boolean =>
  hasCheckDigits(electronic) &&
  validateIBAN(electronic).errorCodes.every((code) => accepted.includes(code)) &&
  !/^.{4}(.)\1*$/.test(electronic);

/** Reads so many letters and digits from there, with single gaps between them; null if there are not so many. */
function readCharacters(text: string, from: number, count: number): { electronic: string; end: number } | null {
  let electronic = '';
  let at = from;
  while (electronic.length < count) {
    const character = text[at] ?? '';
    if (alphanumeric.test(character)) electronic += character;
    else if (!gap.test(character) || gap.test(text[at - 1] ?? '')) return null;
    at += 1;
  }
  return { electronic: electronic.toUpperCase(), end: at };
}

/** Whether the groups of an account number go on here: what follows is neither a card nor a telephone. */
export const endsInIban = (before: string): boolean =>
  /(?<![\p{L}\p{N}])[A-Z]{2}\d\d(?:[ -][A-Z0-9]{4}){0,7}[ -]?$/iu.test(before.slice(-48));

/** International bank account numbers: the country's length and form, and the right check digits (ISO 13616). */
export const ibans: Detector = {
  find: async (text, breathe) => {
    const spans: Span[] = [];
    for (const match of text.matchAll(begin)) {
      await breathe();
      const country = match.groups?.['country'] ?? '';
      const start = match.index + match[0].toUpperCase().indexOf(country.toUpperCase(), /^iban/i.test(match[0]) ? 4 : 0);
      const length = countrySpecs[country.toUpperCase()]?.chars ?? null;
      const read = length === null ? null : readCharacters(text, start, length);
      if (!read || /[\p{L}\p{N}_]/u.test(text[read.end] ?? '') || !isIban(read.electronic)) continue;
      spans.push({ start, end: read.end });
    }
    return spans;
  },
};
