import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { splitWords } from '@watchpost/rules/notation/words';
import { answerOf } from '../texts.ts';
import type { Asker } from '../deps.ts';
import type { RuleDeedDeps } from './deps.ts';

/** A command about rules, with what was typed after its name. */
export interface RulesAsked {
  /** As it was typed. */
  rest: string;
  /** The same in words. */
  words: readonly string[];
  asker: Asker;
  /** When it was typed, milliseconds since 1970. */
  atMs: number;
}

/** Answers a command about rules. Rejects with what the asker must know as a permanent error. */
export type RulesCommand = (asked: RulesAsked, deps: RuleDeedDeps, signal: AbortSignal) => Promise<Post>;

/** An answer of one text. */
export const answer = (text: RichText): Post => answerOf(text, []);

/** The name of a rule that is all of the words. */
export const nameIn = (words: readonly string[]): string => words.join(' ');

/** What was typed after its first `count` words, as it was typed. Pure. */
export function afterWords(text: string, count: number): string {
  const words = splitWords(text);
  if (count === 0) return text.trim();
  const spaces = Array.from(text.matchAll(/\s+/g), ({ index }) => index);
  const end = spaces.find((at) => {
    const [before, after] = [splitWords(text.slice(0, at)), splitWords(text.slice(at))];
    return before.length === count && after.length === words.length - count;
  });
  return end === undefined ? '' : text.slice(end).trim();
}
