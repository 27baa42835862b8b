import type { InputMedia } from 'grammy/types';
import type { ChatPosts } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';
import { signalOf } from '../api.ts';
import { messageAt } from '../channel.ts';
import { isNoPhoto, says } from '../errors.ts';
import { inputFile } from '../input-file.ts';
import { blankPicture } from '../rendering/blank-picture.ts';
import { renderPost } from '../rendering/post.ts';
import { limits } from '../rendering/text.ts';
import { isMedia, settled } from '../talk.ts';
import { withNames } from './names.ts';
import { inChannel, type PostingParts } from './send.ts';

/** A message of text only. */
const isText = (thrown: unknown): boolean => says(thrown, 'no caption in the message to edit');

/** Edits text and buttons. Where the picture is to go, a grey one takes its place. */
export async function edit(
  { channel, messageId, fileId, post }: Parameters<ChatPosts['edit']>[0],
  parts: PostingParts,
  signal: AbortSignal,
): Promise<'edited' | 'gone'> {
  const at = messageAt(channel, messageId);
  if (!at) return 'gone';
  const named = await withNames(post, parts.nameOf, signal);
  await parts.pace.post(channel, 'edit', signal);
  const asText = () => {
    const { keyboard, ...text } = renderPost(named, limits.message);
    const options = { reply_markup: keyboard, link_preview_options: { is_disabled: true } };
    return parts.api.raw.editMessageText({ ...at, ...text, ...options }, signalOf(signal));
  };
  const asCaption = () => {
    const { text: caption, entities, keyboard } = renderPost(named, limits.caption);
    return parts.api.raw.editMessageCaption({ ...at, caption, caption_entities: entities, reply_markup: keyboard }, signalOf(signal));
  };
  const withoutPicture = () => show({ at, post: named, media: { bytes: blankPicture(), fileName: 'removed.png' } }, parts, signal);
  const attempt = async (): Promise<unknown> => {
    try {
      return await (fileId === null ? asText() : asCaption());
    } catch (error) {
      if (fileId === null && isMedia(error)) return withoutPicture();
      if (fileId !== null && isText(error)) return asText();
      throw error;
    }
  };
  return inChannel(channel, parts, () => settled(attempt), signal);
}

/** Shows another picture. Telegram says what it has done, so nothing is read back. Rejects with `file-gone` if the picture is not here any more. */
export async function swapPicture(
  { channel, messageId, fileId, post }: Parameters<ChatPosts['swapPicture']>[0],
  parts: PostingParts,
  signal: AbortSignal,
): Promise<'swapped' | 'kept' | 'gone'> {
  const at = messageAt(channel, messageId);
  if (!at) return 'gone';
  const media = parts.held.get(fileId);
  if (!media) throw new AppError('file-gone', 'the picture waited in a process that is gone');
  const named = await withNames(post, parts.nameOf, signal);
  await parts.pace.post(channel, 'edit', signal);
  const outcome = await inChannel(channel, parts, () => settled(() => show({ at, post: named, media }, parts, signal)), signal);
  parts.held.drop(fileId);
  return outcome === 'gone' ? 'gone' : 'swapped';
}

type At = NonNullable<ReturnType<typeof messageAt>>;

async function show(
  { at, post, media }: { at: At; post: Parameters<typeof renderPost>[0]; media: { bytes: Uint8Array; fileName: string } },
  { api }: PostingParts,
  signal: AbortSignal,
): Promise<unknown> {
  const { text: caption, entities, keyboard } = renderPost(post, limits.caption);
  const put = (type: 'photo' | 'document') => {
    const file: InputMedia = { type, media: inputFile(media.bytes, media.fileName), caption, caption_entities: entities };
    return api.raw.editMessageMedia({ ...at, media: file, reply_markup: keyboard }, signalOf(signal));
  };
  try {
    return await put('photo');
  } catch (error) {
    if (!isNoPhoto(error)) throw error;
    return put('document');
  }
}
