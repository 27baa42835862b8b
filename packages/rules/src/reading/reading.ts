import { ignorable } from '@watchpost/shared/text';
import type { Span } from './span.ts';

/** A text as a reader takes it, and where its parts stand in the text as it is. */
export interface Reading {
  text: string;
  original: (span: Span) => Span;
}

/** One place where the two differ: units of the reading, and of the text. */
interface Change {
  from: number;
  to: number;
  originalFrom: number;
  originalTo: number;
}

/** What may read differently: all that is not ASCII, with its marks; control characters; ASCII under marks. */
const unusual = /[^\n\r\t\f\x20-\x7e]\p{M}*|[\x20-\x7e]\p{M}+/gu;
const plain = /^[\n\r\t\f\x20-\x7e]*$/;

const dashes = /[\u2010-\u2015\u2212\u2E3A\u2E3B\uFE58\uFE63]/gu;
const singleQuotes = /[\u2018-\u201B\u2039\u203A\u2032]/gu;
const doubleQuotes = /[\u201C-\u201F\u00AB\u00BB\u2033]/gu;
const dropped = /(?![\n\r\t\f\u0085])\p{Cc}/gu;
const spaces = /[\u2028\u2029\u2800\u0085\u00A0]|\p{Zs}/gu;
const digit = /\p{Nd}/gu;

/** The decimal digits of each script stand in a row, from zero to nine. */
function asAsciiDigit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  for (let value = 0; value < 10; value += 1) {
    if (!/\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) return String(value);
  }
  return character;
}

/** Marks over a digit or a Latin letter that no character is made of only disguise it. */
const disguised = /(?<=[\x20-\x7e])\p{M}+/gu;

function readSegment(segment: string): string {
  return segment
    .replaceAll(ignorable, '')
    .replaceAll(dropped, '')
    .normalize('NFKC')
    .replaceAll(disguised, '')
    .replaceAll(spaces, ' ')
    .replaceAll(dashes, '-')
    .replaceAll(singleQuotes, "'")
    .replaceAll(doubleQuotes, '"')
    .replaceAll(digit, asAsciiDigit);
}

/** The texts of a language use few characters. */
const known = new Map<string, string>();

function readKnown(segment: string): string {
  const already = known.get(segment);
  if (already !== undefined) return already;
  const read = readSegment(segment);
  if (known.size >= 20_000) known.clear();
  if (segment.length <= 8) known.set(segment, read);
  return read;
}

/** The last change that begins at this unit of the reading, or before. */
function lastChange(changes: readonly Change[], at: number): Change | undefined {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.from ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  // Of several changes at one place the last one that is not empty counts: the others have gone from the reading.
  return changes[low - 1];
}

function originalOf(changes: readonly Change[]): Reading['original'] {
  const unit = (at: number): Span => {
    const change = lastChange(changes, at);
    if (!change) return { start: at, end: at + 1 };
    if (at < change.to) return { start: change.originalFrom, end: change.originalTo };
    const start = change.originalTo + at - change.to;
    return { start, end: start + 1 };
  };
  return ({ start, end }) => ({ start: unit(start).start, end: end > start ? unit(end - 1).end : unit(start).start });
}

/**
 * The text without what hides in it: no invisible characters, full-width and other disguised letters and digits as ASCII, one kind of space,
 * dash and quote, letters composed with their marks (NFKC). Null: it reads as it is.
 */
export function readingOf(text: string): Reading | null {
  if (plain.test(text)) return null;
  const changes: Change[] = [];
  let shift = 0;
  const read = text.replaceAll(unusual, (segment: string, at: number) => {
    const instead = readKnown(segment);
    if (instead !== segment) {
      changes.push({ from: at + shift, to: at + shift + instead.length, originalFrom: at, originalTo: at + segment.length });
      shift += instead.length - segment.length;
    }
    return instead;
  });
  return changes.length === 0 ? null : { text: read, original: originalOf(changes) };
}
