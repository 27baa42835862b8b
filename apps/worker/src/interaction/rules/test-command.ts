import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import { typedRules } from '@watchpost/shared/chat/command-help';
import type { Message } from '@watchpost/shared/chat/message';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { countOf, moment, say } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';
import { checkLook, createJudge } from '@watchpost/rules/create-judge';
import type { Match } from '@watchpost/rules/judge';
import { describeAction } from '@watchpost/rules/notation/describe';
import { readChannelId } from '@watchpost/rules/notation/ids';
import { readSettings } from '@watchpost/rules/notation/settings';
import { defaultRule, type Rule } from '@watchpost/rules/rule';
import { tryOnMessages } from '@watchpost/rules/try-rule';
import { authorRun, joined } from '@watchpost/rules/words/parts';
import { answerOf } from '../texts.ts';
import { isCalled } from '@watchpost/rules/rule-name';
import { moderationOf } from '../../offered.ts';
import type { Asker } from '../deps.ts';
import { afterWords, answer, type RulesAsked, type RulesCommand } from './command.ts';

const mostShown = 15;
const usualMessages = 50;
const mostMessages = 200;
const usage = `${typedRules('test NAME TEXT')}, ${typedRules('test --pattern PATTERN TEXT')} or ${typedRules('test NAME in #general last 50')}`;

/** What is tried: a rule that there is, or only what one would look for. */
interface Tried {
  rule: Rule;
  isSaved: boolean;
  /** What was typed behind it. */
  text: string;
}

/** `test NAME TEXT`, `test --pattern P TEXT`, `test NAME in #channel last 50`: what it finds. Nothing of it is kept. */
export const test: RulesCommand = async (asked, { rules }, signal) => {
  const tried = /^[-–—―−]/u.test(asked.rest) ? unsaved(asked) : saved(asked, await rules.list(signal));
  if (tried.text === '') throw new AppError('usage-invalid', `say what to try it on: ${usage}`);
  const where = channelIn(tried.text);
  return where ? overMessages(tried, where, asked.asker, signal) : overText(tried, signal);
};

function unsaved({ rest, words: [first = '', ...others] }: RulesAsked): Tried {
  const flag = first.includes('=') ? [first] : [first, ...others.slice(0, 1)];
  const { settings, faults } = readSettings(flag);
  if (faults.length > 0 || !settings.look) throw new AppError('usage-invalid', [...faults, `write ${usage}`].join('\n'));
  checkLook(settings.look);
  const rule = { ...defaultRule, id: 'test', name: 'test', look: settings.look, createdAtMs: 0, changedAtMs: 0 };
  return { rule, isSaved: false, text: afterWords(rest, flag.length) };
}

/** A rule by its name, with or without quotation marks, or by its id; of two the longer name. */
function saved({ rest, words: [first = ''] }: RulesAsked, rules: readonly Rule[]): Tried {
  const quoted = first === '' ? undefined : rules.find((rule) => isCalled(rule, first));
  const typed = rest.toLowerCase();
  const begun = rules
    .filter(({ name }) => typed.startsWith(name.toLowerCase()) && /^(?:\s|$)/.test(rest.slice(name.length)))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (begun && begun.name.length >= first.length) return { rule: begun, isSaved: true, text: rest.slice(begun.name.length).trim() };
  if (quoted) return { rule: quoted, isSaved: true, text: afterWords(rest, 1) };
  throw first === ''
    ? new AppError('usage-invalid', `say which rule, and what to try it on: ${usage}`)
    : new AppError('rule-not-found', 'no rule is called so');
}

/** `in #general last 50`; null: it is a text. */
function channelIn(text: string): { channel: ChannelKey; last: number } | null {
  const [, typed = '', last] = /^in\s+(<#[^>]+>|\S+)(?:\s+last\s+(\d{1,4}))?$/i.exec(text) ?? [];
  const channel = readChannelId(typed);
  if (channel) return { channel, last: Math.min(Math.max(Number(last ?? usualMessages), 1), mostMessages) };
  if (typed.startsWith('#'))
    throw new AppError('usage-invalid', 'write the channel as #general, and choose it from the list that opens, or write its id');
  return null;
}

async function overText({ rule, isSaved, text }: Tried, signal: AbortSignal): Promise<Post> {
  const matches = await judged(rule, [{ where: 'text', text }], signal);
  if (matches.length === 0) return answer(say`No match.`);
  const lines = matches.slice(0, mostShown).map(({ masked, start, end }) => say`• “${masked}”, characters ${start + 1} to ${end}`);
  const more = matches.length > mostShown ? [say`and ${matches.length - mostShown} more`] : [];
  const then = isSaved ? [say`In a message: ${describeAction(rule)}.${rule.enabled ? '' : ' But the rule is disabled.'}`] : [];
  return answerOf(say`${countOf(matches.length, 'match', 'matches')}:`, [...lines, ...more, ...then]);
}

async function judged(rule: Rule, texts: Message['content']['texts'], signal: AbortSignal): Promise<Match[]> {
  const judge = createJudge([rule]);
  const [broken] = judge.broken;
  if (broken) throw new AppError('pattern-invalid', broken.reason);
  return judge.judge(texts, () => true, signal);
}

/** What a rule would have done about the newest messages of a channel. The contents of files are not looked at. */
async function overMessages(
  { rule, isSaved }: Tried,
  { channel, last }: { channel: ChannelKey; last: number },
  { platform }: Asker,
  signal: AbortSignal,
): Promise<Post> {
  const place = { text: channelId(channel), channel: channelId(channel) };
  const messages = await moderationOf(platform).recent(channel, last, signal);
  const { looked, found } = await tryOnMessages(rule, messages, signal);
  if (messages.length > 0 && looked.length === 0 && messages.every(({ isDirect }) => isDirect))
    return answer(say`Direct messages are looked at only by rules that list them.`);
  const lines = await Promise.all(found.slice(0, mostShown).map((each) => lineOf(each, platform, signal)));
  const files = looked.reduce((sum, { content }) => sum + content.files.length, 0);
  const would = isSaved && found.length > 0 ? say` Of each: ${describeAction({ action: rule.action, dryRun: true })}.` : [];
  const heading = say`${countOf(found.length, 'message')} of the last ${looked.length} in ${place} ${found.length === 1 ? 'matches' : 'match'}.${would}`;
  return answerOf(heading, [...lines, ...restOf(found.length, rule, files)]);
}

function restOf(found: number, { scan }: Rule, files: number): RichText[] {
  const more = found > mostShown ? [say`and ${found - mostShown} more`] : [];
  const unseen =
    files === 0 || scan === 'text'
      ? []
      : [say`The contents of ${countOf(files, 'file')} were not looked at: “watchpost rules test” does that.`];
  const only = scan === 'files' ? [say`This rule looks at the contents of files only.`] : [];
  return [...more, ...only, ...unseen];
}

async function lineOf(
  { message, matches }: { message: Message; matches: readonly Match[] },
  { chat }: Asker['platform'],
  signal: AbortSignal,
): Promise<RichText> {
  const link = await chat.permalink(message.channel, message.messageId, signal);
  const shown = matches.slice(0, 5).map(({ masked }) => `“${masked}”`);
  const more = matches.length > shown.length ? ` and ${matches.length - shown.length} more` : '';
  return say`• ${joined([
    [moment(message.postedAtMs)],
    [authorRun({ message })],
    say`${shown.join(', ')}${more}`,
    ...(link === null ? [] : [[{ text: 'message', link }]]),
  ])}`;
}
