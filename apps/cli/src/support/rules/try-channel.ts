import type { Extractor } from '@watchpost/extract/extract';
import type { Judge, Match } from '@watchpost/rules/judge';
import type { Rule } from '@watchpost/rules/rule';
import { appliesTo } from '@watchpost/rules/scope';
import { readsFiles, readsText } from '@watchpost/rules/try-rule';
import { platformOf, type ChannelKey, type ChatFile } from '@watchpost/shared/chat/chat';
import type { Message } from '@watchpost/shared/chat/message';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import { openSlackReader, slackReaderEnv, type SlackReader } from '@watchpost/slack/reader';
import type { CommandContext } from '../../command.ts';
import type { Tried, TriedUnread } from './tried.ts';
import { within, inside } from './try-files.ts';

/** Larger files are not downloaded. Bytes. */
const mostBytes = 104_857_600;

export interface TryChannelOptions {
  judge: Judge;
  extractor: Extractor;
  /** The rules are tried wherever they apply; else everywhere, because one was named or typed. */
  onlyWhereApplies: boolean;
}

/** Tries rules on the newest messages of a channel and on their files, as they are now. Nothing is changed. Rejects as ChatModeration. */
export async function tryChannel(
  { channel, last }: { channel: ChannelKey; last: number },
  { judge, extractor, onlyWhereApplies }: TryChannelOptions,
  { env, signal, warn }: Pick<CommandContext, 'env' | 'signal' | 'warn'>,
): Promise<Tried> {
  const slack = await openSlackReader(parseEnv(env, slackReaderEnv), signal);
  const isAdminChannel = channel === slack.adminChannel;
  if (isAdminChannel) warn('rules never apply in the admin channel');
  const messages = await slack.moderation.recent(channel, last, signal);
  const tried: Tried = { matches: [], unread: [], messages: messages.length };
  for (const message of messages) {
    const applies = (rule: Rule): boolean => !isAdminChannel && !isOurs(message, slack) && appliesTo(rule, message);
    const { matches, unread } = await tryMessage(
      message,
      { judge, extractor, slack, tries: onlyWhereApplies ? applies : () => true },
      signal,
    );
    tried.unread.push(...unread);
    if (matches.length === 0) continue;
    const link = await slack.chat.permalink(channel, message.messageId, signal);
    const about = { id: message.messageId, link, author: authorOf(message) };
    tried.matches.push(...matches.map((match) => ({ ...match, message: { ...about, applies: applies(match.rule) } })));
  }
  return tried;
}

/** What our own app posts is not judged; but files may be a camera's, where they are no results. */
const isOurs = (message: Message, slack: SlackReader): boolean =>
  (message.content.files.length === 0 || message.channel === slack.resultsChannel) && slack.isOwn(message);

function authorOf({ author, channel }: Message): string | null {
  const id = author.member ?? author.bot ?? author.app;
  return id === null ? null : `${platformOf(channel)}:${id}`;
}

interface TryMessageDeps {
  judge: Judge;
  extractor: Extractor;
  slack: SlackReader;
  tries: (rule: Rule) => boolean;
}

async function tryMessage(
  { messageId, content }: Message,
  { judge, extractor, slack, tries }: TryMessageDeps,
  signal: AbortSignal,
): Promise<{ matches: Match[]; unread: TriedUnread[] }> {
  const matches = await judge.judge(content.texts, (rule) => readsText(rule) && tries(rule), signal);
  const unread: TriedUnread[] = [];
  const inFiles = (rule: Rule): boolean => readsFiles(rule) && tries(rule);
  if (!judge.rules.some(inFiles)) return { matches, unread };
  for (const [index, file] of content.files.entries()) {
    const name = `file ${String(index + 1)}`;
    const read = await readFile(file, { extractor, slack }, signal);
    matches.push(...(await judge.judge(read.texts.map(within(name)), inFiles, signal)));
    unread.push(...read.unread.map(({ where, reason }) => ({ message: messageId, where: inside(name, where), reason })));
  }
  return { matches, unread };
}

/** A file that cannot be downloaded is unread; the others are tried. Rejects with `aborted`. */
async function readFile(
  file: ChatFile,
  { extractor, slack }: Pick<TryMessageDeps, 'extractor' | 'slack'>,
  signal: AbortSignal,
): Promise<{ texts: { where: string; text: string }[]; unread: { where: string; reason: string }[] }> {
  let bytes: Uint8Array;
  try {
    bytes = await slack.chat.download(file, { maxBytes: mostBytes, source: 'original' }, signal);
  } catch (thrown) {
    const { code } = toAppError(thrown);
    if (signal.aborted) throw thrown;
    return { texts: [], unread: [{ where: '', reason: code }] };
  }
  return extractor.extract(bytes, { name: file.name, mimeType: file.mimeType }, signal);
}
