import { createHash } from 'node:crypto';
import type { ChannelKey, ChatFile } from '@watchpost/shared/chat/chat';
import { isViolationTarget, type ButtonTarget } from '@watchpost/shared/chat/post';
import type { Envelope } from '@watchpost/shared/envelope';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { fileName, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { TalkJob, TalkText, TalkWhat } from '@watchpost/shared/jobs/talk-job';
import { cleanText, shownText } from '@watchpost/shared/text';
import { unpackTalk, unpackTarget } from '@watchpost/telegram/callback-data';
import { telegramChat, telegramPrefix } from '@watchpost/telegram/channel';
import { thumbnailUrl } from '@watchpost/telegram/file';
import type { TelegramChat, TelegramPicture, TelegramPost, TelegramUser, Update } from './2-parse.ts';
import type { Addressed } from './addressed.ts';

/** A talk job, before it is known which one it follows. */
export type NewTalkJob = Omit<TalkJob, 'after'>;

const longestName = { characters: 64, units: 400 };
const longestType = { characters: 100, units: 200 };
/** UTF-16 units: Telegram allows 4,096 characters. */
const longestText = 8_192;

/** What makes the ids of all jobs of one bot. Each delivery of an update makes the same. Pure. */
export interface JobIds {
  message(chat: number, messageId: number): string;
  picture(chat: number, messageId: number, uniqueId: string): string;
  click(clickId: string): string;
  membership(chat: number, sameness: string): string;
  moved(chat: number): string;
}

export function jobIdsOf(botId: number): JobIds {
  const base = `${telegramPrefix}-${String(botId)}`;
  return {
    message: (chat, messageId) => `${base}-${String(chat)}-${String(messageId)}`,
    picture: (chat, messageId, uniqueId) => `${base}-${String(chat)}-${String(messageId)}-${uniqueId}`,
    click: (clickId) => `${base}-click-${clickId}`,
    membership: (chat, sameness) => `${base}-${String(chat)}-member-${hash(sameness)}`,
    moved: (chat) => `${base}-${String(chat)}-moved`,
  };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** The job of a camera's picture. Pure. */
export function snapshotJob(
  { chat, messageId, postedAtMs }: TelegramPost,
  picture: TelegramPicture,
  camera: string | null,
  ids: JobIds,
): SnapshotJob {
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: ids.picture(chat.id, messageId, picture.uniqueId),
    channel: telegramChat(chat.id),
    messageId: String(messageId),
    takenAtMs: postedAtMs,
    camera,
    file: chatFile(picture),
  };
}

/** What somebody wrote or sent to us. Pure but for the nonce. */
export function saidJob(
  post: TelegramPost,
  by: TelegramUser,
  { text }: Pick<Addressed, 'text'>,
  { ids, envelope }: { ids: JobIds; envelope: Envelope },
): NewTalkJob {
  const id = ids.message(post.chat.id, post.messageId);
  const said: TalkText = { text: text.slice(0, longestText) };
  const sealed = sealJson(envelope, said, id);
  const where = { messageId: String(post.messageId), replyTo: post.replyTo ? String(post.replyTo.messageId) : null };
  const what: TalkWhat = post.picture
    ? { did: 'sent', ...where, group: post.group, file: chatFile(post.picture), sealed }
    : { did: 'said', ...where, sealed };
  return talk(id, post.chat, by, post.postedAtMs, what);
}

/** What a pressed button asks for; null: it is none of ours, or of another release. Pure. */
export function clickJob({ click }: Extract<Update, { kind: 'click' }>, ids: JobIds, nowMs: number): InteractionJob | NewTalkJob | null {
  const { message, data, from } = click;
  if (!message || typeof data !== 'string') return null;
  const id = ids.click(click.id);
  const messageId = String(message.message_id);
  const said = unpackTalk(data);
  if (said !== null) return said.length <= 64 ? talk(id, message.chat, from, nowMs, { did: 'pressed', messageId, data: said }) : null;
  const target: ButtonTarget | null = unpackTarget(data);
  if (target === null) return null;
  if (isViolationTarget(target)) return interaction(id, message.chat.id, message.message_id, from, nowMs, { do: 'moderate', target });
  if (target.action === 'is') return talk(id, message.chat, from, nowMs, { did: 'naming', messageId, target });
  return interaction(id, message.chat.id, message.message_id, from, nowMs, { do: 'press', target, who: null });
}

const isIn = ({ status, is_member: isMember }: { status: string; is_member?: boolean | null | undefined }): boolean =>
  status === 'restricted' ? isMember === true : !['left', 'kicked'].includes(status);

/** We were put into a chat, or out of it; null: only our rights there have changed. Pure. */
export function membershipJob({ membership }: Extract<Update, { kind: 'membership' }>, ids: JobIds): NewTalkJob | null {
  const { chat, from, date, old_chat_member: before, new_chat_member: now } = membership;
  if (isIn(before) === isIn(now)) return null;
  const id = ids.membership(chat.id, `${String(date)} ${String(from.id)} ${before.status} ${now.status}`);
  return talk(id, chat, from, date * 1_000, { did: 'membership', isIn: isIn(now) });
}

/** The chat has got another number; both the old and the new chat tell of it, and either is enough. Null: it has not. Pure. */
export function movedJob({ chat, movedTo, movedFrom, from, postedAtMs }: TelegramPost, ids: JobIds): NewTalkJob | null {
  const [old, now] = movedTo === null ? [movedFrom, chat.id] : [chat.id, movedTo];
  if (old === null) return null;
  // Whoever it is said of does not count: it is news of the chat itself.
  const by = from ?? { id: old, is_bot: false };
  return talk(ids.moved(old), { ...chat, id: old }, by, postedAtMs, { did: 'moved', to: telegramChat(now) });
}

function talk(id: string, chat: TelegramChat, by: Partial<TelegramUser> & { id: number }, atMs: number, what: TalkWhat): NewTalkJob {
  const called = [by.first_name, by.last_name].filter(Boolean).join(' ');
  const language = by.language_code && /^[A-Za-z0-9-]{2,35}$/.test(by.language_code) ? by.language_code : null;
  return {
    v: 1,
    kind: 'talk',
    id,
    chat: telegramChat(chat.id),
    isPrivate: chat.type === 'private',
    by: { member: String(by.id), name: shownText(called, longestName), language },
    atMs,
    what,
  };
}

function interaction(id: string, chat: number, messageId: number, by: TelegramUser, atMs: number, deed: Deed): InteractionJob {
  const channel: ChannelKey = telegramChat(chat);
  return {
    v: 1,
    kind: 'interaction',
    id,
    platform: telegramPrefix,
    atMs,
    // The answer stands below what asked for it.
    by: { member: String(by.id), channel, thread: String(messageId), url: null },
    deed,
  };
}

/** A picture as it is queued. There is no address: the one that Telegram gives has the token in it. */
const chatFile = ({ fileId, name, mimeType, sizeBytes, thumbnailId }: TelegramPicture): ChatFile => ({
  id: fileId,
  name: name === null ? null : fileName(name),
  mimeType: mimeType === null ? null : cleanText(mimeType, longestType),
  sizeBytes,
  url: null,
  thumbnailUrl: thumbnailId === null ? null : thumbnailUrl(thumbnailId),
});
