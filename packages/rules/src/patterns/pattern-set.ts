import { RE2Set } from 're2js';
import type { Breathe } from '../breathing.ts';
import type { Pattern } from './pattern.ts';
import { measureUse } from './used-time.ts';

/** Many patterns, of which one pass over a text tells which of them match. */
export interface PatternSet {
  /** Those that match somewhere in the text. */
  matching(text: string, breathe: Breathe): Promise<Set<Pattern>>;
}

/** Memory for the states of one automaton. When it is full they are dropped. Bytes. */
export const automatonBytes = 2 * 1024 * 1024;

/** Patterns in one automaton. More would save time as long as all are harmless, and one that is not would slow down more of them. */
const together = 16;
/** A pattern of more instructions has an automaton of its own. */
const largeSize = 300;

/** Longer is slow: a pattern is among them for which the automaton needs a state of its own at nearly each character. */
const slowMs = (length: number): number => 4 + length * 0.0003;
const strikes = 2;

/** Some patterns in one automaton, which splits in two when it proves slow: in the end the slow ones stand alone. */
function createGroup(patterns: readonly Pattern[]): PatternSet {
  const [first, ...rest] = patterns;
  let set: RE2Set | undefined;
  let slow = 0;
  let halves: PatternSet[] = [];
  const compiled = (): RE2Set => {
    const fresh = new RE2Set(RE2Set.UNANCHORED, 0, automatonBytes);
    for (const { source } of patterns) fresh.add(source);
    fresh.compile();
    return fresh;
  };
  return {
    matching: async (text, breathe) => {
      if (halves.length > 0) return union(halves, text, breathe);
      await breathe();
      // Alone, it need not be followed to the end of the text once it has matched.
      if (first && rest.length === 0) return new Set(first.test(text) ? [first] : []);
      set ??= compiled();
      const usedMs = measureUse();
      const hits = set.match(text);
      slow = usedMs() > slowMs(text.length) ? slow + 1 : 0;
      if (slow >= strikes) {
        const middle = patterns.length >> 1;
        halves = [createGroup(patterns.slice(0, middle)), createGroup(patterns.slice(middle))];
        set = undefined;
      }
      return new Set(hits.flatMap((index) => patterns[index] ?? []));
    },
  };
}

async function union(sets: readonly PatternSet[], text: string, breathe: Breathe): Promise<Set<Pattern>> {
  const result = new Set<Pattern>();
  for (const set of sets) {
    for (const pattern of await set.matching(text, breathe)) result.add(pattern);
  }
  return result;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return hash >>> 0;
}

const mostGroups = 500;
const groupsBefore = new Map<string, PatternSet>();

function groupOf(patterns: readonly Pattern[]): PatternSet {
  const key = patterns.map(({ source }) => source).join('\0');
  const before = groupsBefore.get(key);
  if (before) return before;
  const group = createGroup(patterns);
  if (groupsBefore.size >= mostGroups) groupsBefore.clear();
  groupsBefore.set(key, group);
  return group;
}

/** Compiles when it is first used. After a change of a few patterns most groups are the same as before, and stay compiled. */
export function createPatternSet(patterns: readonly Pattern[]): PatternSet {
  const small = patterns.filter(({ size }) => size <= largeSize);
  const places = 2 ** Math.max(0, Math.ceil(Math.log2(small.length / together)));
  const byPlace = new Map<number, Pattern[]>();
  for (const pattern of small) {
    const place = hashOf(pattern.source) % places;
    byPlace.set(place, [...(byPlace.get(place) ?? []), pattern]);
  }
  const large = patterns.filter(({ size }) => size > largeSize).map((pattern) => [pattern]);
  const groups = [...byPlace.values(), ...large].map(groupOf);
  return { matching: (text, breathe) => union(groups, text, breathe) };
}
