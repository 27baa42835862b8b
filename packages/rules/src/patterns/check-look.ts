import { AppError } from '@watchpost/shared/errors';
import { RE2Set } from 're2js';
import { longestPattern, type Rule } from '../rule.ts';
import { everydaySentences } from './everyday.ts';
import { automatonBytes } from './pattern-set.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { measureUse } from './used-time.ts';

/** What RE2 has no counterpart for, as people write it, and what to do instead. */
const missing: readonly [RegExp, string][] = [
  [
    /(?<!\\)(?:\\\\)*\(\?<?[=!]/,
    'lookahead and lookbehind, such as (?=…) and (?<!…), cannot be matched in linear time. Match what stands around it, too',
  ],
  [/(?<!\\)(?:\\\\)*\(\?>/, 'atomic groups, (?>…), are not needed here: use (?:…)'],
  [/(?<!\\)(?:\\\\)*\\(?:[1-9]|k[<{'])/, 'backreferences, such as \\1, cannot be matched in linear time'],
  [/(?<!\\)(?:\\\\)*\(\?P=/, 'backreferences, (?P=…), cannot be matched in linear time'],
  [/(?<!\\)(?:\\\\)*\(\?\(/, 'conditions, (?(…)…), cannot be matched in linear time'],
  [/[*+?}]\+/, 'possessive repeats, such as a++, are not needed here: use a+'],
  [/(?<!\\)(?:\\\\)*\\u/, 'write \\x{20AC} instead of \\u20AC'],
];

const said: readonly [RegExp, string][] = [
  [/missing closing \)/, 'a closing ) is missing'],
  [/unexpected \)/, 'there is one ) too many'],
  [/missing closing \]/, 'a closing ] is missing'],
  [/invalid repeat count/, 'a repeat is too large: {1000} is the most, also for repeats inside each other'],
  [/nested repetition/, 'two repeats follow each other, such as a**'],
  [/missing argument to repetition/, 'a repeat such as * or + has nothing before it'],
  [/trailing backslash/, 'it ends with a single \\'],
  [/invalid character class range/, 'a range in [ ] is wrong, or an unknown \\p{…} class'],
  [/invalid escape/, 'it has an escape, a \\ with a letter, that RE2 does not know'],
  [/too large|nests too deeply/, 'it is too large'],
];

/** Why a pattern cannot be compiled, in a sentence that its author understands. */
export function reasonOf(thrown: unknown, source = ''): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const plain = missing.find(([sign]) => sign.test(source)) ?? said.find(([sign]) => sign.test(message));
  return plain?.[1] ?? message.replace(/^error parsing regexp: /, '');
}

/** Instructions. Alternatives of words and small repeats stay far below. */
const mostInstructions = 3_000;
/** Characters of the text that a pattern is tried on, made of its own letters: what is worst for it. */
const tried = 4_000;
/** For such a text. Usual patterns take a fiftieth of that. Milliseconds. */
const slowestMs = 4;

/** The same letters always, in no order that a pattern could follow. */
function worstText(source: string, seed: number): string {
  const letters = Array.from(new Set(source.replaceAll(/\\./g, '').match(/[\p{L}\p{N} ]/gu) ?? [])).concat('a', 'b');
  let state = seed;
  return Array.from({ length: tried }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return letters[(state >>> 8) % letters.length];
  }).join('');
}

/** A pattern is tried so often, and goes on for so long, milliseconds: quick once is quick; else our code was not compiled yet, or other threads worked. */
const fewestTries = 5;
const patienceMs = 150;

/** How long a set with this pattern looks at a text of the worst kind, milliseconds. A new set for each try, as its automaton remembers. */
function lookMs(source: string, seed: number): number {
  // A set goes through the whole text, whether it matches or not.
  const set = new RE2Set(RE2Set.UNANCHORED, 0, automatonBytes);
  set.add(source);
  set.compile();
  const text = worstText(source, seed);
  const usedMs = measureUse();
  set.match(text);
  return usedMs();
}

/** Whether a set with this pattern is slow each time. */
function isSlow({ source }: Pattern): boolean {
  let usedMs = 0;
  for (let tries = 0; tries < fewestTries || usedMs < patienceMs; tries += 1) {
    const tookMs = lookMs(source, tries);
    if (tookMs <= slowestMs) return false;
    usedMs += tookMs;
  }
  return true;
}

function faultOf(pattern: Pattern): string | null {
  if (pattern.test('')) return 'it matches the empty text, and so every message';
  if (pattern.size > mostInstructions) return 'it is too large: make repeats such as {1,1000} smaller, or the list of words shorter';
  const everyday = everydaySentences.filter((sentence) => pattern.test(sentence));
  if (everyday.length * 2 > everydaySentences.length)
    return `it matches ${everyday.length} of ${everydaySentences.length} everyday sentences, such as "${everyday[0]}"`;
  if (isSlow(pattern))
    return 'it takes too long on long messages: make repeats such as .{0,1000} smaller, or begin with something that is rarer';
  return null;
}

/** Throws `pattern-invalid`, with the reason, if a rule should not look for this. Takes some milliseconds. */
export function checkLook(look: Rule['look']): void {
  if ('detector' in look) return;
  const { pattern: source } = look;
  if (source.length > longestPattern)
    throw new AppError('pattern-invalid', `the pattern is too long: ${source.length} characters, ${longestPattern} are the most`);
  let pattern: Pattern;
  try {
    pattern = compilePattern(source);
  } catch (thrown) {
    throw new AppError('pattern-invalid', `the pattern cannot be used: ${reasonOf(thrown, source)}`, { cause: thrown });
  }
  const fault = faultOf(pattern);
  if (fault !== null) throw new AppError('pattern-invalid', `the pattern cannot be used: ${fault}`);
}
