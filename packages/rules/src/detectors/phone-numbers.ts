import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Span } from '../reading/span.ts';
import type { Detector } from './detector.ts';
import { endsInIban } from './ibans.ts';

/** Digits as in telephone numbers: one, or several in a row. */
const candidate = /(?<![\p{L}\p{N}_+])(?:\(?\+ ?|\(?)\d(?:[ ().\-/]{0,3}\d){5,40}(?![\p{L}\p{N}_])/gu;
/** Where one number ends and the next one begins. */
const between = / {2,}| [/-] (?=[+0(])| (?=\+)|\) (?=\(\+)/g;

/** Where a number without its country may be at home. */
const homes: readonly CountryCode[] = ['DE', 'CH', 'AT', 'GB', 'FR', 'IT', 'NL', 'US'];

const said =
  /(?:\btel|telefon|phone|\bmobil|handy|\bcall|\bcell|\bfax|\bruf|erreich|whatsapp|\bsms\b|\btext me|anruf|rückruf|hotline|durchwahl|\bnatel|nummer ist|number is|signal)[^\d\n]{0,24}$/iu;
/** Numbers of something else. */
const other =
  /(?:order|bestell|auftrag|rechnung|invoice|ticket|kunden|customer|artikel|article|\bref|\bid|isbn|imei|konto|account|serial|serien|seriennummer|tracking|sendung|paket|parcel|version|build|commit|charge|\bvat|ust|steuer|\btax|iban|\bean|\bsku|matrikel|vertrag|contract|policy|police|part|\bpr|issue|case|vorgang|aktenzeichen|\bts|timestamp|epoch|time|amount|betrag|total|summe|port|\bip|zähler|meter|lot|batch|inventar|asset|card|karte|code|pin|blz|bic|plz|zip|room|raum|zimmer)[^\d\n]{0,16}$/iu;

/** Dates, times, IP addresses, amounts, book numbers and coordinates, whatever stands around them. */
const noNumber = [
  /^\d{4}[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])(?!\d)/,
  /^(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)?\d{2}(?!\d)/,
  /^\d{1,3}(?:\.\d{1,3}){3}$/,
  /^97[89][- ]?\d/,
  /^\d+\.\d+$/,
  /^\d{1,3}(?:\.\d{3})+$/,
  /^\d{1,2}(?: \d{1,2}){3,}$/,
  /^\d{4}(?:[ .]\d{4}){2,}/,
  /^(?:0?[1-9]|[12]\d|3[01])[-./ ](?:19|20)\d{2}$/,
  /^[01]{4}(?: [01]{4})+$/,
  /^(\d)(?:\D*\1)*$/,
];

/** Numbers that are kept for films and examples: whoever writes them writes telephone numbers. */
const forExamples = /^\+44(?:7700900|1632960|1(?:1[3-8]|21|31|41|51|61)4960)\d{3}$/;

function isNumberOf(written: string, country: CountryCode | undefined): boolean {
  const parsed = parsePhoneNumberFromString(written, country ? { defaultCountry: country, extract: false } : { extract: false });
  return parsed !== undefined && (parsed.isValid() || forExamples.test(parsed.number));
}

const isMobile = (digits: string): boolean =>
  homes.some((country) => parsePhoneNumberFromString(digits, country)?.getType() === 'MOBILE' && country !== 'US' && country !== 'IT');

/** How a number looks that everybody takes for a telephone number: with a bracket or gaps behind the code of the town or the network. */
const european = /^(?:\(0\d{1,5}\)[ \-/]?|0\d{1,5}(?:[ \-/.]| [/-] ))\d(?:[ \-/.]?\d){3,10}$/;
const american = /^(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}(?:[- ]|\.(?=\d{3}\.)))[2-9]\d{2}[-. ]\d{4}$/;
/** Five and four digits behind the name of a state. */
const postalCode = /^\d{5}-\d{4}$/;
const stateBefore = /(?<!\p{L})[A-Z]{2}[.,]?[\s#*/]{1,12}$/u;

function isNational(written: string, before: string): boolean {
  const digits = written.replaceAll(/\D/g, '');
  if (said.test(before))
    return homes.some(
      (country) => (written.startsWith('0') || written.startsWith('(') || country === 'US') && isNumberOf(written, country),
    );
  if (other.test(before) || endsInIban(before) || (postalCode.test(written) && stateBefore.test(before))) return false;
  if (european.test(written)) return homes.some((country) => country !== 'US' && isNumberOf(written, country));
  if (american.test(written)) return isNumberOf(written, 'US');
  return /^0[1-9]\d{8,10}$/.test(written) && isMobile(digits);
}

/** A number after all that stands before it, as the writer meant it. */
function isPhoneNumber(written: string, before: string): boolean {
  if (written.startsWith('00') && (other.test(before) || endsInIban(before))) return false;
  if (/^\(?(?:\+|00[1-9])/.test(written))
    return !/(?:iban|isbn)[^\d\n]{0,8}$/iu.test(before) && isNumberOf(written.replace(/^\(?00/, '+'), undefined);
  return !noNumber.some((sign) => sign.test(written)) && isNational(written, before);
}

/** The parts of a row of numbers, and the row itself if it is not too long for one number. */
function partsOf(found: string, start: number): { written: string; start: number }[] {
  const parts: { written: string; start: number }[] = [];
  let from = 0;
  for (const { 0: gap, index } of found.matchAll(between)) {
    parts.push({ written: found.slice(from, index), start: start + from });
    from = index + gap.length;
  }
  return [...parts, { written: found.slice(from), start: start + from }];
}

/** A bracket that closes behind the number is none of the number. */
function withoutBracket(part: { written: string; start: number }): { written: string; start: number } {
  const isOpen = part.written.startsWith('(') && part.written.split('(').length > part.written.split(')').length;
  return isOpen ? { written: part.written.slice(1), start: part.start + 1 } : part;
}

/** What is joined to more: a decimal fraction, an identifier, a link, a calculation. */
function isPart(text: string, { start, end }: Span): boolean {
  // As a column, between commas, it begins with 0 or the code of a country.
  const isColumn = /^\(?[+0]/.test(text.slice(start, start + 2));
  const before = text.slice(Math.max(0, start - 2), start).replace(isColumn ? /[,;]$/ : /$^/, ' ');
  const after = text.slice(end, end + 6).replace(isColumn ? /^,/ : /$^/, ' ');
  return /\d[.,:;]$|[\p{L}\p{N}][-/._]$|[-#=&$€£]$|\/$/u.test(before) && !/(?:^|[^\p{L}\p{N}])[=]$|tel:?$/iu.test(before)
    ? !/[?&]?(?:tel|phone|mobile|number)[=:]$/iu.test(text.slice(Math.max(0, start - 12), start))
    : /^(?:[.,:]\d|\.[a-z]{2,4}(?!\p{L})|[-/_][\p{L}\p{N}]|[%€$£]| ?(?:EUR|USD|CHF|km|kg|MB|GB|ms|Uhr)\b)/u.test(after);
}

/** Telephone numbers: with the code of the country, and as they are written at home. */
export const phoneNumbers: Detector = {
  find: async (text, breathe) => {
    const spans: Span[] = [];
    for (const { 0: found, index } of text.matchAll(candidate)) {
      await breathe();
      for (const { written, start } of partsOf(found, index).map(withoutBracket)) {
        const span = { start, end: start + written.length };
        if (isPart(text, span) || !isPhoneNumber(written, text.slice(Math.max(0, start - 48), start))) continue;
        spans.push(span);
      }
    }
    return spans;
  },
};
