import type { Span } from '../reading/span.ts';
import type { Detector } from './detector.ts';
import { endsInIban } from './ibans.ts';

/** Issuers: how their numbers begin, and how many digits they have. */
const issuers: readonly [RegExp, readonly number[]][] = [
  // Visa.
  [/^4/, [16, 19]],
  // Mastercard.
  [/^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/, [16]],
  // American Express.
  [/^3[47]/, [15]],
  // Diners Club.
  [/^(?:30[0-5]|3095|36|3[89])/, [14, 16, 17, 18, 19]],
  // Discover.
  [/^(?:6011|64[4-9]|65)/, [16, 19]],
  // JCB.
  [/^35(?:2[89]|[3-8]\d)/, [16, 17, 18, 19]],
  // UnionPay, RuPay, Troy.
  [/^(?:62|81|60|82|508|9792)/, [16, 17, 18, 19]],
  // Maestro.
  [/^(?:50|5[6-8]|6304|6390|67)/, [16, 18, 19]],
  // Mir.
  [/^220[0-4]/, [16, 17, 18, 19]],
];

/** Whether the last digit is the one that the others ask for (ISO/IEC 7812-1). */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const counted = place % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

const isRepeated = (digits: string): boolean => /^(\d)\1*$/.test(digits);

function isCardNumber(digits: string): boolean {
  if (!hasLuhnDigit(digits) || isRepeated(digits)) return false;
  return issuers.some(([begin, lengths]) => lengths.includes(digits.length) && begin.test(digits));
}

/** Old Visa numbers have as many digits as bar codes and times in milliseconds: only where somebody says that it is a card. */
const isOldVisa = (digits: string, before: string): boolean =>
  /^4\d{12}$/.test(digits) && !isRepeated(digits) && hasLuhnDigit(digits) && /visa|card|karte|carte|\bpan\b|\bcc\b/iu.test(before);

/** As numbers are printed on cards, or in one piece. Between the groups the same sign everywhere. */
const grouped =
  /(?<!\d)(?:\d{4}(?<gap> {1,2}|[.\-_/]| - )\d{4}\k<gap>\d{4}\k<gap>\d{4}(?:\k<gap>\d{3}(?!\d))?|\d{4}(?<gap3> {1,2}|[.\-_/]| - )\d{6}\k<gap3>\d{4,5}|\d{8}(?<gap8> |-)\d{8}|\d{13,19})(?!\d)/g;

/** What a number is a part of, if it stands there: a decimal fraction, an identifier, a link, a longer row of groups. Commas part columns. */
const partBefore = /(?:\d\.|(?<!\d)0,|[\p{L}\p{N}][-_/.]|[\p{L}_#@]|\b\d{2,}[-_./])$/u;
/** Behind a slash may be until when it is valid, or its check number. */
const partAfter = /^(?:\.\d|[-_.][\p{L}\p{N}]|\/(?!\d{2,4}(?!\d))[\p{L}\p{N}]|[\p{L}_@])/u;
/** What a card is called, without a gap. */
const nameBefore = /(?<!\p{L})(?:visa|amex|maestro|master ?card|credit ?card|kreditkarte|card|karte|pan|cc)$/iu;
/** Characters, as a text in a JSON value may say them, are no letters of a word. */
const escapedBreak = /\\[nrt]$/;
const inLink = /\bhttps?:\/\/[^\s?#"'<>]{0,200}\/$/iu;

function stands(text: string, { start, end }: Span): boolean {
  const before = text.slice(Math.max(0, start - 210), start);
  const after = text.slice(end, end + 6);
  if (inLink.test(before) || endsInIban(before)) return false;
  if (partBefore.test(before.slice(-3)) && !escapedBreak.test(before) && !nameBefore.test(before.slice(-20))) return false;
  return !partAfter.test(after);
}

/** Memory is shown in groups of eight, too. */
const dumpBefore = /(?:^|\s)[0-9a-f]+:? {1,2}$/i;
const dumpAfter = /^ {1,2}[0-9a-f]{8}(?![0-9a-f])/i;

function isDump(text: string, { start, end }: Span): boolean {
  if (!/^\d{8} \d{8}$/.test(text.slice(start, end))) return false;
  return dumpBefore.test(text.slice(Math.max(0, start - 24), start)) || dumpAfter.test(text.slice(end, end + 12));
}

/** A year, or another group in front of a number, takes its place. In longer rows of groups there is no card. */
const behindGroup = /^\d{4}(?<gap>[ \-])(?<number>\d{4}\k<gap>\d{4}\k<gap>\d{4}\k<gap>\d{4})(?!\d|\k<gap>\d{4}(?!\d))/;
const groupBefore = /\d[ \-]$/;

/** The number behind a first group of four. */
function afterGroup(text: string, start: number): Span | null {
  const number = behindGroup.exec(text.slice(start, start + 32))?.groups?.['number'];
  return number === undefined || groupBefore.test(text.slice(Math.max(0, start - 2), start))
    ? null
    : { start: start + 5, end: start + 5 + number.length };
}

const isCardIn = (text: string, span: Span): boolean =>
  isCardNumber(text.slice(span.start, span.end).replaceAll(/\D/g, '')) && stands(text, span);

/** Numbers of payment cards: an issuer's beginning and length, and the right check digit. */
export const cardNumbers: Detector = {
  find: async (text, breathe) => {
    const spans: Span[] = [];
    for (const { 0: found, index } of text.matchAll(grouped)) {
      await breathe();
      const digits = found.replaceAll(/\D/g, '');
      const before = text.slice(Math.max(0, index - 40), index);
      const span = { start: index, end: index + found.length };
      if ((isCardNumber(digits) || isOldVisa(digits, before)) && stands(text, span) && !isDump(text, span)) {
        spans.push(span);
        continue;
      }
      // The three digits behind the number are another number: the one on the card's back.
      const shorter = /^(?<number>\d{4}(?:\D{1,3}\d{4}){3})\D{1,3}\d{3}$/.exec(found)?.groups?.['number'];
      const first = { start: index, end: index + (shorter?.length ?? 0) };
      if (shorter && isCardIn(text, first)) {
        spans.push(first);
        continue;
      }
      const second = afterGroup(text, index);
      if (second && isCardIn(text, second)) spans.push(second);
    }
    return spans;
  },
};
