import type { Author, Message, MessageRef, MessageText } from '@watchpost/shared/chat/message';
import { z } from 'zod';
import { slackChannel } from '../channel.ts';
import { addAttachment } from './attachments.ts';
import { addBlocks, readBlocks } from './blocks.ts';
import { isRecord, listOf, stringOf, stringsIn, type Fields } from './fields.ts';
import { addFileTexts, readFiles } from './files.ts';
import { fromMrkdwn, literally } from './pieces.ts';
import { createTexts } from './texts.ts';

/** What happened to a message. */
export type SlackMessageEvent =
  /** `atMs`: when Slack says that it happened, milliseconds since 1970. Of an edit, `message.content.before` is what it said before, if Slack told. */
  | { kind: 'posted' | 'edited'; message: Message; atMs: number }
  | { kind: 'deleted'; channel: Message['channel']; messageId: string; atMs: number };

const id = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .nullish()
  .catch(null);
const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/);
const maybeTs = ts.nullish().catch(null);

const headSchema = z.object({
  ts,
  thread_ts: maybeTs,
  user: id,
  bot_id: id,
  app_id: id,
  bot_profile: z.object({ app_id: id }).nullish().catch(null),
});

/** What is left of a deleted message, or in the place of one that may not be read. */
const withoutContent = new Set(['tombstone', 'dlp_tombstone', 'ekm_access_denied']);

/**
 * A message of an event or of a channel's history, with all that a reader or an app can see as text. `channel`: Slack's id. Null: it is
 * no message, it has been deleted, or Slack withholds what it says. Pure; never throws, whatever it is given.
 */
export function readMessage(raw: unknown, channel: string): Message | null {
  if (!isRecord(raw) || withoutContent.has(stringOf(raw, 'subtype'))) return null;
  const ref = readRef(raw, channel);
  if (!ref) return null;
  const { files, described } = readFiles(raw);
  return { ...ref, content: { texts: textsOf(raw, described), before: null, files } };
}

/** Which message it is, and whose; null: it is none. */
export function readRef(raw: Fields, channel: string): MessageRef | null {
  const { data: head } = headSchema.safeParse(raw);
  if (!head) return null;
  return {
    channel: slackChannel(channel),
    messageId: head.ts,
    thread: head.thread_ts && head.thread_ts !== head.ts ? head.thread_ts : null,
    author: authorOf(head),
    postedAtMs: toMs(head.ts),
    isDirect: isDirect(channel, raw['channel_type']),
  };
}

function authorOf({ user, bot_id: bot, app_id: app, bot_profile: profile }: z.infer<typeof headSchema>): Author {
  return { member: user ?? null, bot: bot ?? null, app: app ?? profile?.app_id ?? null };
}

const toMs = (time: string): number => Math.round(Number(time) * 1_000);

/** By the type that an event names, else by the id: G… are conversations of several people, but for private channels that are very old. */
const isDirect = (channel: string, type: unknown): boolean =>
  typeof type === 'string' ? ['im', 'mpim', 'app_home'].includes(type) : /^[DG]/.test(channel);

function textsOf(raw: Fields, described: readonly { file: unknown; where: string }[]): MessageText[] {
  const texts = createTexts();
  const blocks = readBlocks(raw['blocks']);
  addBlocks(texts, 'text', blocks);
  // An app's `text` may say something else than its blocks; only notifications show it then.
  texts.add(blocks.shown.length > 0 ? 'fallback text' : 'text', fromMrkdwn(stringOf(raw, 'text')));
  for (const key of ['topic', 'purpose', 'name']) texts.add(key === 'name' ? 'channel name' : key, fromMrkdwn(stringOf(raw, key)));
  for (const [index, attachment] of listOf(raw, 'attachments').entries()) addAttachment(texts, attachment, index + 1);
  texts.add('username', literally(stringOf(raw, 'username')));
  const { metadata } = raw;
  if (isRecord(metadata)) for (const text of stringsIn(metadata['event_payload'])) texts.add('metadata', literally(text));
  for (const { file, where } of described) addFileTexts(texts, file, where);
  return [...texts.list];
}

const eventSchema = z.looseObject({
  type: z.literal('message'),
  channel: z.string().regex(/^[\w-]{1,64}$/),
  channel_type: z.string().nullish().catch(null),
  subtype: z.string().nullish().catch(null),
  hidden: z.boolean().nullish().catch(null),
  ts: maybeTs,
  event_ts: maybeTs,
  deleted_ts: maybeTs,
});

/** Slack's own lines, and events that repeat a message which has an event of its own. */
const withoutWords = new Set(['message_replied', 'ekm_access_denied']);
const nobodysWords = /^(?:channel|group)_(?:join|leave|archive|unarchive|posting_permissions|convert_to_private|convert_to_public)$/;

/**
 * An `event` of a delivery. Null: nobody wrote anything. Subtypes that are not known yet count as posts: nothing that somebody wrote is
 * passed over. Pure; never throws.
 */
export function readEvent(event: unknown): SlackMessageEvent | null {
  const { data } = eventSchema.safeParse(event);
  if (!data) return null;
  const { channel, subtype, channel_type: channelType } = data;
  const atMs = toMs(data.event_ts ?? data.ts ?? '0');
  const gone = (stamp: unknown): SlackMessageEvent | null => {
    const { data: messageId } = ts.safeParse(stamp);
    return messageId === undefined ? null : { kind: 'deleted', channel: slackChannel(channel), messageId, atMs };
  };
  if (subtype === 'message_deleted') return gone(data.deleted_ts ?? fieldOf(data['previous_message'], 'ts'));
  if (subtype === 'message_changed') {
    const after = data['message'];
    // The first message of a thread, deleted while the thread has replies.
    if (isRecord(after) && stringOf(after, 'subtype').endsWith('tombstone')) return gone(after['ts']);
    const read = (version: unknown) => (isRecord(version) ? readMessage({ ...version, channel_type: channelType }, channel) : null);
    const message = read(after);
    if (!message) return null;
    return { kind: 'edited', message: withBefore(message, read(data['previous_message'])), atMs };
  }
  if (subtype && (withoutWords.has(subtype) || nobodysWords.test(subtype))) return null;
  const message = data.hidden === true ? null : readMessage(data, channel);
  return message && { kind: 'posted', message, atMs };
}

const fieldOf = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);

const withBefore = (message: Message, before: Message | null): Message => ({
  ...message,
  content: { ...message.content, before: before?.content.texts ?? null },
});
