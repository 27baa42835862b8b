import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { Version } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import type { FollowedRules } from '@watchpost/rules/rules';
import { appliesTo } from '@watchpost/rules/scope';
import type { Who } from './who.ts';
import { beginningsOf, textsOf } from './texts.ts';

export interface JudgeDeps {
  who: Pick<Who, 'isAuthorOf'>;
  followedRules: Pick<FollowedRules, 'ready'>;
}

/** Why a message must not be published, whoever approves it; null: nothing is in the way. */
export type Withheld = Version['withheld'];

/**
 * Judges a message for one feed after another; the rules are asked once for all of them, and before they have been read nobody gets an
 * answer: a message that nobody has judged is never published.
 */
export function createJudging(
  message: WrittenMessage,
  { who, followedRules }: JudgeDeps,
): (feed: Feed, signal: AbortSignal) => Promise<Withheld> {
  let breaking: Promise<boolean> | null = null;
  return async ({ mayPost, offRecord }, signal) => {
    if (!(await who.isAuthorOf(mayPost, message.author, message.channel, signal))) return 'may-not-post';
    if (isOffRecord(message, offRecord)) return 'off-record';
    breaking ??= breaksRule(message, followedRules, signal);
    return (await breaking) ? 'rule' : null;
  };
}

/**
 * Whether a message begins with one of these, whatever its case. Formatting, mentions and emoji before it do not count: whoever writes
 * "@ada // not yet" means it. Pure.
 */
export function isOffRecord({ written }: Pick<WrittenMessage, 'written'>, prefixes: readonly string[]): boolean {
  const wanted = prefixes.map((prefix) => folded(prefix.trim())).filter((prefix) => prefix !== '');
  if (wanted.length === 0) return false;
  // Folding may make a text longer, or shorter: a little more is read than the prefix has.
  const longest = Math.max(...wanted.map(({ length }) => length)) * 2 + 10;
  const beginnings = beginningsOf(written, longest).map((text) => folded(text));
  return beginnings.some((text) => wanted.some((prefix) => text.startsWith(prefix)));
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether a rule that would remove the message, text or names of files, matches now. A rule that only reports, or is in its dry run, does not. */
async function breaksRule(message: WrittenMessage, followedRules: JudgeDeps['followedRules'], signal: AbortSignal): Promise<boolean> {
  const judge = await followedRules.ready(signal);
  const applies = (rule: (typeof judge.rules)[number]): boolean =>
    !rule.dryRun && rule.action !== 'report' && rule.scan !== 'files' && appliesTo(rule, message);
  if (!judge.rules.some((rule) => applies(rule))) return false;
  return (await judge.judge(textsOf(message.written), applies, signal)).length > 0;
}
