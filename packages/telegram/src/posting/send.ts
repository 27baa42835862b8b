import type { Message } from 'grammy/types';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { NewPost, PostProgress } from '@watchpost/shared/chat/posts';
import type { Turns } from '@watchpost/shared/chat/turns';
import { AppError } from '@watchpost/shared/errors';
import { signalOf, type TelegramApi } from '../api.ts';
import { chatNumber, isPrivateChat, messageKey, replyTo } from '../channel.ts';
import { isNoPhoto, isRefusal } from '../errors.ts';
import { inputFile } from '../input-file.ts';
import type { Pace } from '../pace.ts';
import { withKeyboard } from '../rendering/keyboard.ts';
import { renderPost } from '../rendering/post.ts';
import { limits } from '../rendering/text.ts';
import type { HeldFiles } from './held-files.ts';
import { withNames, type MemberName } from './names.ts';

export interface PostingParts {
  api: TelegramApi;
  pace: Pace;
  turns: Pick<Turns, 'hold'>;
  held: HeldFiles;
  nameOf: MemberName;
}

/** Larger pictures go as files. Bytes. */
const mostPhotoBytes = 10_000_000;

const untouched: PostProgress = { state: 'uploaded', fileId: null, uploadedAtMs: null, askedAtMs: null, messageId: null };

/**
 * Posts a message. Telegram knows no key that would tell a repetition, and shows bots nothing of what was posted: where an answer was lost,
 * or the process killed before it could write it down, it is sent again (docs/decisions/0028). The picture is made before, and the state
 * written right before the call and right after it, so that little time is left for that.
 */
export async function send(
  message: NewPost,
  save: (progress: PostProgress) => Promise<void>,
  parts: PostingParts,
  signal: AbortSignal,
): Promise<PostProgress> {
  const { channel, picture, progress } = message;
  if (progress?.state === 'posted' || progress?.state === 'gone') return progress;
  const bytes = picture ? await picture.bytes() : null;
  const post = await withNames(message.post, parts.nameOf, signal);
  await parts.pace.post(channel, 'send', signal);
  const askedAtMs = Date.now();
  await save({ ...untouched, state: 'asked', askedAtMs });
  let sent: Message;
  try {
    const shown = picture && bytes ? { bytes, fileName: picture.fileName } : null;
    sent = await inChannel(channel, parts, () => ask({ ...message, post }, shown, parts, signal), signal);
  } catch (error) {
    // Nothing came of it.
    if (isRefusal(error)) await save(untouched);
    throw error;
  }
  const fileId = fileIn(sent);
  const uploadedAtMs = fileId === null ? null : askedAtMs;
  const done: PostProgress = { state: 'posted', fileId, uploadedAtMs, askedAtMs: null, messageId: messageKey(channel, sent) };
  await save(done);
  await sendFiles(message, done.messageId, parts, signal);
  return done;
}

const fileIn = ({ photo, document }: Message): string | null => photo?.at(-1)?.file_id ?? document?.file_id ?? null;

async function ask(
  { channel, post, thread }: NewPost,
  picture: { bytes: Uint8Array; fileName: string } | null,
  { api }: PostingParts,
  signal: AbortSignal,
): Promise<Message> {
  const { text, entities, keyboard } = renderPost(post, picture ? limits.caption : limits.message);
  const common = { chat_id: chatNumber(channel), ...withKeyboard(keyboard), ...replyTo(channel, thread) };
  if (!picture) return api.raw.sendMessage({ ...common, text, entities, link_preview_options: { is_disabled: true } }, signalOf(signal));
  const captioned = { ...common, caption: text, caption_entities: entities };
  const input = () => inputFile(picture.bytes, picture.fileName);
  try {
    if (picture.bytes.byteLength <= mostPhotoBytes) return await api.raw.sendPhoto({ ...captioned, photo: input() }, signalOf(signal));
  } catch (error) {
    // Too large, or of a shape that Telegram takes no photo of.
    if (!isNoPhoto(error)) throw error;
  }
  return api.raw.sendDocument({ ...captioned, document: input() }, signalOf(signal));
}

/** Below the post. One that is gone since it was uploaded is left out. */
async function sendFiles(
  { channel, files = [] }: NewPost,
  messageId: string | null,
  parts: PostingParts,
  signal: AbortSignal,
): Promise<void> {
  for (const { id, title } of files) {
    const file = parts.held.get(id);
    if (!file) continue;
    await parts.pace.post(channel, 'send', signal);
    const document = inputFile(file.bytes, file.fileName);
    const options = { caption: title.slice(0, limits.caption), ...replyTo(channel, messageId) };
    await parts.api.raw.sendDocument({ chat_id: chatNumber(channel), document, ...options }, signalOf(signal));
    parts.held.drop(id);
  }
}

/**
 * A call about a channel: whoever is held up holds up the others, and where a group or channel takes nothing from us any more, somebody can
 * let us in again (`channel-not-available`).
 */
export async function inChannel<T>(
  channel: ChannelKey,
  { turns }: Pick<PostingParts, 'turns'>,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'chat-rate-limited') await turns.hold(channel, error.retryAfterMs ?? 0, signal);
    if (error.code !== 'chat-closed' || isPrivateChat(channel)) throw error;
    throw new AppError('channel-not-available', `${error.message}: add the bot to ${channel}, or check the number`, { cause: error });
  }
}
