import { countrySpecs, validateIBAN, ValidationErrorsIBAN } from 'ibantools';
import type { Span } from '../reading/span.ts';
import type { Detector } from './detector.ts';

/** A country and the check digits, at the beginning of a word. */
const begin = /(?<![\p{L}\p{N}_]|[\p{L}\p{N}][-/.])(?:IBAN:?)?(?<country>[A-Z]{2}|[a-z]{2})[ -]?\d\d(?=[ \-.]?[A-Z0-9])/giu;
const alphanumeric = /[A-Z0-9]/i;
const gap = /[ \-.]/;

/** Some banks' own check digits, which are not the IBAN's, have changed with time. */
const accepted: readonly ValidationErrorsIBAN[] = [ValidationErrorsIBAN.WrongAccountBankBranchChecksum];

const isIban = (electronic: string): boolean =>
  validateIBAN(electronic).errorCodes.every((code) => accepted.includes(code)) && !/^.{4}(.)\1*$/.test(electronic);

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
