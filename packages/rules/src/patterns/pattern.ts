import { RE2JS, RE2Set } from 're2js';
import type { Breathe } from '../breathing.ts';
import { joined, type Span } from '../reading/span.ts';

/** A pattern that RE2 can express, ready to be looked for. */
export interface Pattern {
  source: string;
  /** Instructions that it comes to. Each costs time at each character, at worst. */
  size: number;
  /** Whether it matches anywhere in this text. */
  test(text: string): boolean;
  /** The matches that are not empty, from left to right, at most so many of them. At least one if there is one. */
  find(text: string, most: number, breathe: Breathe): Promise<Span[]>;
}

/** Memory for the states of one automaton. When it is full they are dropped. Bytes. */
export const automatonBytes = 2 * 1024 * 1024;

/** Instructions times characters that take some 20 ms at worst, when the places of a match are looked for. */
const stretch = 1_000_000;
/** Once something was found, a pattern that makes every search long does not look for more for longer than this. */
const moreMs = 20;
/** Matches of nothing are passed over; so many of them at most. */
const mostEmpty = 1_000;

function findIn(compiled: RE2JS, text: string, from: number, most: number): Span[] {
  const matcher = compiled.matcher(text);
  const spans: Span[] = [];
  const beganAtMs = performance.now();
  let at = from;
  let empty = 0;
  while (spans.length < most && empty < mostEmpty && at <= text.length && matcher.find(at)) {
    const span = { start: matcher.start(), end: matcher.end() };
    if (span.end > span.start) spans.push(span);
    else empty += 1;
    at = Math.max(span.end, span.start + 1);
    if (spans.length > 0 && performance.now() - beganAtMs > moreMs) break;
  }
  return spans;
}

/** Whether what follows a match may decide about it: `$`, `\\z`, `\\b`, `\\B`. */
const looksAhead = /\$|\\[zbB]/;

/** Compiles a pattern. Throws what re2js throws if it cannot. */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  const size = compiled.programSize();
  const alone = new RE2Set(RE2Set.UNANCHORED, 0, automatonBytes);
  alone.add(source);
  const test = (text: string): boolean => alone.match(text).length > 0;

  /** A large pattern is looked for in those parts of a long text only that the fast automaton says it is in. */
  const findInParts = async (text: string, width: number, most: number, breathe: Breathe): Promise<Span[]> => {
    const spans: Span[] = [];
    const beganAtMs = performance.now();
    for (let at = 0; at < text.length && spans.length < most; at += width) {
      if (spans.length > 0 && performance.now() - beganAtMs > moreMs) break;
      await breathe();
      // What stands before the part decides about \b and ^.
      const lead = Math.min(at, 2);
      const to = Math.min(text.length, at + 2 * width);
      const part = text.slice(at - lead, to);
      if (!test(part)) continue;
      const found = findIn(compiled, part, lead, most - spans.length).map(({ start, end }) => ({
        start: start + at - lead,
        end: end + at - lead,
      }));
      // At the end of a part `$` holds by mistake. What begins in the second half is found in the next part too.
      const isTrue = ({ end }: Span): boolean => end < to || to === text.length || !looksAhead.test(source);
      spans.push(...found.filter((span) => span.start < at + width && isTrue(span)));
    }
    return spans;
  };

  return {
    source,
    size,
    test,
    find: async (text, most, breathe) => {
      const width = Math.max(1_024, Math.floor(stretch / size));
      const spans = text.length > 2 * width ? await findInParts(text, width, most, breathe) : [];
      return spans.length > 0 ? joined(spans) : findIn(compiled, text, 0, most);
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
