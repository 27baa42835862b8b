import { RE2JS } from 're2js';
import type { Breathe } from '../breathing.ts';
import { joined, type Span } from '../reading/span.ts';
import { measureUse } from './used-time.ts';

/** A pattern that RE2 can express, ready to be looked for. */
export interface Pattern {
  source: string;
  /** Instructions that it comes to. Each costs time at each character, at worst. */
  size: number;
  /** Whether what follows a match may decide about it: `$`, `\\z`, `\\b`, `\\B`. */
  looksAhead: boolean;
  /** Whether it matches anywhere in this text. */
  test(text: string): boolean;
  /** The matches that are not empty, from left to right, at most so many of them. At least one if there is one. */
  find(text: string, most: number, breathe: Breathe): Promise<Span[]>;
}

/** Instructions times characters that take some 20 ms at worst, when the places of a match are looked for. */
const stretch = 1_000_000;
/** Once something was found, no more is looked for after so many searches, or parts, that were long: some patterns make each of them long. */
const mostLong = { searches: 5, parts: 2 };
const longMs = 10;
/** Matches of nothing are passed over; so many of them at most. */
const mostEmpty = 1_000;

/** Counts searches that were long. */
function createPatience(most: number): { isOver(usedMs: number): boolean } {
  let long = 0;
  return {
    isOver: (usedMs) => {
      if (usedMs > longMs) long += 1;
      return long >= most;
    },
  };
}

async function findIn(compiled: RE2JS, text: string, from: number, most: number, breathe: Breathe): Promise<Span[]> {
  const matcher = compiled.matcher(text);
  const patience = createPatience(mostLong.searches);
  const spans: Span[] = [];
  let at = from;
  let empty = 0;
  while (spans.length < most && empty < mostEmpty && at <= text.length) {
    await breathe();
    const usedMs = measureUse();
    if (!matcher.find(at)) break;
    const span = { start: matcher.start(), end: matcher.end() };
    if (span.end > span.start) spans.push(span);
    else empty += 1;
    at = Math.max(span.end, span.start + 1);
    if (patience.isOver(usedMs()) && spans.length > 0) break;
  }
  return spans;
}

/** Whether what follows a match may decide about it: `$`, `\\z`, `\\b`, `\\B`. */
const ends = /\$|\\[zbB]/;

/** Compiles a pattern. Throws what re2js throws if it cannot. */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  const size = compiled.programSize();
  const looksAhead = ends.test(source);
  const test = (text: string): boolean => compiled.test(text);

  /** A large pattern is looked for in those parts of a long text only that the fast automaton says it is in. */
  const findInParts = async (text: string, width: number, most: number, breathe: Breathe): Promise<Span[]> => {
    const spans: Span[] = [];
    const patience = createPatience(mostLong.parts);
    for (let at = 0; at < text.length && spans.length < most; at += width) {
      await breathe();
      const usedMs = measureUse();
      // What stands before the part decides about \b and ^.
      const lead = Math.min(at, 2);
      const to = Math.min(text.length, at + 2 * width);
      const part = text.slice(at - lead, to);
      if (!test(part)) continue;
      const found = (await findIn(compiled, part, lead, most - spans.length, breathe)).map(({ start, end }) => ({
        start: start + at - lead,
        end: end + at - lead,
      }));
      // At the end of a part `$` holds by mistake. What begins in the second half is found in the next part too.
      const isTrue = ({ end }: Span): boolean => end < to || to === text.length || !looksAhead;
      spans.push(...found.filter((span) => span.start < at + width && isTrue(span)));
      if (patience.isOver(usedMs()) && spans.length > 0) break;
    }
    return spans;
  };

  return {
    source,
    size,
    looksAhead,
    test,
    find: async (text, most, breathe) => {
      const width = Math.max(1_024, Math.floor(stretch / size));
      const spans = text.length > 2 * width ? await findInParts(text, width, most, breathe) : [];
      return spans.length > 0 ? joined(spans) : findIn(compiled, text, 0, most, breathe);
    },
  };
}

const most = 2_000;
const compiledBefore = new Map<string, Pattern>();

/** The same pattern is compiled once. Throws what re2js throws. */
export function patternOf(source: string): Pattern {
  const before = compiledBefore.get(source);
  if (before) return before;
  const pattern = compilePattern(source);
  if (compiledBefore.size >= most) compiledBefore.clear();
  compiledBefore.set(source, pattern);
  return pattern;
}
