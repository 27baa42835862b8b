import { channelId } from '@watchpost/shared/chat/chat';
import { countOf, listed, say } from '@watchpost/shared/chat/say';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { isAbsent, type Finding, type Unread, type Violation } from '../violation.ts';

/** More of a kind than these are counted, not named: a post holds only so much. */
const most = { rules: 5, matches: 10, unread: 5 };

/** Whether nothing of the message was removed, as far as is known: then there is nothing to put back. */
export function stands({ removal }: Pick<Violation, 'removal'>): boolean {
  return [removal, ...removal.files].every(({ state }) => !isAbsent(state));
}

/** The rules of these findings, each once, in the order of the findings. */
export function rulesOf(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((each) => [each.ruleId, each])).values()];
}

/** The first of these, and how many more there are, with those that were `leftOut` before: `a, b and 3 more`. */
function someOf(texts: readonly RichText[], mostShown: number, leftOut = 0): RichText {
  const shown = texts.slice(0, mostShown);
  const left = texts.length - shown.length + leftOut;
  const list = joined(shown, ', ');
  return left === 0 ? list : say`${list} and ${left.toLocaleString('en-GB')} more`;
}

/** `Keys (high), Cards (medium, dry run)`. */
export function ruleNames(findings: readonly Finding[]): RichText {
  const named = rulesOf(findings).map(({ ruleName, severity, dryRun }): RichText => [
    { text: ruleName, bold: true },
    { text: ` (${severity}${dryRun ? ', dry run' : ''})` },
  ]);
  return someOf(named, most.rules);
}

/** `“AKIA…(16)” in file 1 / page 3`; of what stands in the message itself only what it is. */
export function matchesOf(findings: readonly Finding[], leftOut = 0): RichText {
  const texts = findings.map(({ masked, where }): RichText => [{ text: where === 'text' ? `“${masked}”` : `“${masked}” in ${where}` }]);
  return someOf(texts, most.matches, leftOut);
}

const reasons: Readonly<Record<string, string>> = {
  broken: 'broken',
  encrypted: 'encrypted',
  external: 'not kept by the chat itself',
  forbidden: 'watchpost may not download it',
  memory: 'takes too much memory',
  'no-text': 'has no text',
  timeout: 'takes too long',
  'too-deep': 'nested too deeply',
  'too-large': 'too large',
  'too-many-entries': 'too many entries',
  unsupported: 'a format that cannot be read',
};

/** `file 2 (encrypted)`. */
export function unreadOf(unread: readonly Unread[], leftOut = 0): RichText {
  const texts = unread.map(({ where, reason }): RichText => [{ text: `${where} (${reasons[reason] ?? reason.replaceAll('-', ' ')})` }]);
  return someOf(texts, most.unread, leftOut);
}

/** Who wrote the message. */
export function authorRun({ message: { author } }: Pick<Violation, 'message'>): TextRun {
  if (author.member !== null) return { text: author.member, member: author.member };
  if (author.bot !== null || author.app !== null) return { text: `the bot ${author.bot ?? author.app ?? ''}` };
  return { text: 'somebody unknown' };
}

/** The channel of the message. */
export function channelRun({ message: { channel } }: Pick<Violation, 'message'>): TextRun {
  const id = channelId(channel);
  return { text: id, channel: id };
}

/** Whoever did something: `slack:U0123`, `cli:ada`, `console:ada`, `watchpost`. */
export function actorRun(actor: string): TextRun {
  const [, origin, name] = /^([a-z]+):(.+)$/.exec(actor) ?? [];
  if (name === undefined) return { text: actor };
  if (origin === 'cli') return { text: `${name} (command line)` };
  if (origin === 'console') return { text: `${name} (console)` };
  return { text: name, member: name, ...(origin !== undefined && { platform: origin }) };
}

/** Parts of a line, or lines, with this between them. */
export const joined = (parts: readonly RichText[], between = ' · '): RichText =>
  parts.flatMap((part, index) => (index === 0 ? part : [{ text: between }, ...part]));

/** The names of these rules in one sentence: `“Keys” and “Cards”`. */
export function quotedNames(findings: readonly Finding[]): string {
  const names = rulesOf(findings).map(({ ruleName }) => `“${ruleName}”`);
  const shown = names.slice(0, most.rules);
  const left = names.length - shown.length;
  return listed(left === 0 ? shown : [...shown, countOf(left, 'more', 'more')]);
}
