import type { Match } from '@watchpost/rules/judge';
import { describeAction, describeState } from '@watchpost/rules/notation/describe';
import type { Rule } from '@watchpost/rules/rule';
import type { CommandContext } from '../../command.ts';
import { columns } from '../table.ts';

/** A match, as it is printed. Nothing of what matched but its mask. */
export interface TriedMatch extends Omit<Match, 'rule'> {
  rule: Rule;
  /** Of a channel: which message it is in. */
  message?: { id: string; link: string | null; author: string | null; applies: boolean };
}

/** A file, a part of one, or a message's file, that could not be read. */
export interface TriedUnread {
  where: string;
  reason: string;
  message?: string;
}

/** What came of a try. */
export interface Tried {
  matches: TriedMatch[];
  unread: TriedUnread[];
  /** Of a channel: how many were looked at. */
  messages?: number;
}

/** Prints what came of a try. `stored`: the rules are stored ones, so that it is known what they would have done. */
export function printTried(
  { matches, unread, messages }: Tried,
  { json, stored }: { json: boolean; stored: boolean },
  { print, warn }: Pick<CommandContext, 'print' | 'warn'>,
): void {
  for (const { where, reason, message } of unread)
    warn(`${message === undefined ? '' : `${message} `}${where}: could not be read: ${reason}`);
  if (json) {
    const shown = matches.map((match) => shownMatch(match, stored));
    print(JSON.stringify({ matches: shown, ...(unread.length > 0 && { unread }), ...(messages !== undefined && { messages }) }));
    return;
  }
  const rows = matches.map(({ rule, where, start, end, masked, message }) => [
    ...(message ? [message.link ?? message.id] : []),
    where,
    `${String(start)}-${String(end)}`,
    masked,
    rule.name,
  ]);
  for (const line of columns(rows)) print(line);
  if (matches.length === 0) print(messages === undefined ? 'nothing matched' : `nothing matched in ${counted(messages, 'message')}`);
  else for (const line of stored ? whatWouldBeDone(matches, messages) : []) print(line);
}

function shownMatch({ rule, where, start, end, masked, message }: TriedMatch, stored: boolean): object {
  const { id, link, author, applies } = message ?? {};
  return {
    rule: rule.name,
    where,
    start,
    end,
    masked,
    ...(stored && { action: rule.action, state: describeState(rule) }),
    ...(message && { message: id, link, author }),
    ...(message && stored && { applies }),
  };
}

/** A line for each rule: what it would have done about so many matches. */
function whatWouldBeDone(matches: readonly TriedMatch[], messages: number | undefined): string[] {
  const rules = [...new Map(matches.map(({ rule }) => [rule.id, rule])).values()];
  const lines = rules.map((rule) => {
    const those = matches.filter((match) => match.rule.id === rule.id);
    const inMessages = new Set(those.map(({ message }) => message?.id)).size;
    const count = `${counted(those.length, 'match')}${messages === undefined ? '' : ` in ${counted(inMessages, 'message')}`}`;
    const idle = those.every(({ message }) => message?.applies === false);
    return `${rule.name}: ${count}; ${idle ? 'it does not apply there' : outcome(rule)}`;
  });
  return ['', ...lines, ...(messages === undefined ? [] : [`${counted(messages, 'message')} looked at`])];
}

function outcome(rule: Rule): string {
  const state = describeState(rule);
  if (state === 'disabled') return 'disabled: nothing happens';
  return state === 'live' ? describeAction(rule) : `in dry run: ${describeAction({ ...rule, dryRun: true })} if the rule were live`;
}

const counted = (count: number, noun: string): string => `${String(count)} ${noun}${count === 1 ? '' : noun.endsWith('h') ? 'es' : 's'}`;
