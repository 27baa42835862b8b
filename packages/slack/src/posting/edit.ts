import { z } from 'zod';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { Turns } from '@watchpost/shared/chat/turns';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { renderPost } from '../blocks/render-post.ts';
import type { SlackCall } from '../calls.ts';
import { isRefusal, slackErrorOf } from '../errors.ts';
import { messageAt, type SlackMessage } from '../history.ts';
import { readyFile } from './ready-file.ts';

/** Something on the way that says yes to everything names no message. */
const updated = z.looseObject({ ts: z.string() });

export interface EditOptions {
  call: SlackCall;
  turns: Turns;
  /** See SendOptions. */
  readyAfterMs: readonly number[];
  /** The waits before each look at what a changed picture came to, milliseconds. */
  readBackAfterMs: readonly number[];
}

/** A post, as it is to be. */
export interface Shown {
  channel: ChannelKey;
  messageId: string;
  fileId: string | null;
  post: Post;
}

/** Edits text and buttons. The picture is sent again from our own knowledge: what Slack returns of it, it does not take. */
export async function edit(shown: Shown, options: EditOptions, signal: AbortSignal): Promise<'edited' | 'gone'> {
  try {
    return await update(shown, options, signal);
  } catch (error) {
    if (shown.fileId === null || slackErrorOf(error) !== 'invalid_blocks') throw error;
    // Somebody may have deleted the picture: a post without it is better than one that says what is not true any more.
    const file = await readyFile(options.call, shown.fileId, [], signal);
    if (file.state === 'ready') throw error;
    if (file.state === 'processing')
      throw new AppError('file-not-ready', 'Slack has not processed the picture yet', { cause: error, retryAfterMs: 2_000 });
    return update({ ...shown, fileId: null }, options, signal);
  }
}

async function update(
  { channel, messageId, fileId, post }: Shown,
  { call, turns }: EditOptions,
  signal: AbortSignal,
): Promise<'edited' | 'gone'> {
  await turns.take(channel, signal);
  try {
    // Without `metadata` the post keeps its own.
    await call('chat.update', { channel: channelId(channel), ts: messageId, ...renderPost(post, { fileId }) }, updated, signal);
    return 'edited';
  } catch (error) {
    if (error instanceof AppError && error.code === 'chat-rate-limited') await turns.hold(channel, error.retryAfterMs ?? 0, signal);
    if (['message_not_found', 'thread_not_found'].includes(slackErrorOf(error) ?? '')) return 'gone';
    throw error;
  }
}

/**
 * Tries to put another picture into a post. Slack has shown broken pictures after that, so the message is read back; if the picture is
 * not seen to be there, the old one is put back. Either way the post's text is the new one. Rejects with `file-gone` where Slack does not have the
 * picture any more.
 */
export async function swapPicture(
  { oldFileId, ...shown }: Shown & { oldFileId: string | null; fileId: string },
  options: EditOptions,
  signal: AbortSignal,
): Promise<'swapped' | 'kept' | 'gone'> {
  const file = await readyFile(options.call, shown.fileId, options.readyAfterMs, signal);
  if (file.state === 'processing') throw new AppError('file-not-ready', 'Slack has not processed the picture yet', { retryAfterMs: 2_000 });
  const at = { channel: channelId(shown.channel), messageId: shown.messageId, thread: null };
  const before = await messageAt(options.call, at, signal);
  if (!before) return 'gone';
  // That says nothing about what Slack does with pictures: another one is drawn.
  if (file.state === 'gone') throw new AppError('file-gone', 'the picture was deleted before it was shown');
  const proofs = proofsIn(before, oldFileId);
  const outcome = await tryUpdate(shown, options, signal);
  if (outcome === 'gone') return 'gone';
  for (const waitMs of outcome === 'edited' ? [0, ...options.readBackAfterMs] : []) {
    await pause(waitMs, signal);
    const now = await messageAt(options.call, at, signal);
    if (now && shows(now, shown.fileId, proofs)) return 'swapped';
  }
  const restored = await edit({ ...shown, fileId: oldFileId }, options, signal);
  return restored === 'gone' ? 'gone' : 'kept';
}

/** `refused`: Slack does not take this picture in this message. */
async function tryUpdate(shown: Shown, options: EditOptions, signal: AbortSignal): Promise<'edited' | 'gone' | 'refused'> {
  try {
    return await update(shown, options, signal);
  } catch (error) {
    if (isRefusal(error) && error.code === 'chat-refused') return 'refused';
    throw error;
  }
}

const imageSchema = z.looseObject({ type: z.literal('image'), slack_file: z.looseObject({ id: z.string() }) });
type Image = z.infer<typeof imageSchema>;

function imageOf(message: SlackMessage): Image | null {
  const image = message.blocks?.find(({ type }) => type === 'image');
  return imageSchema.safeParse(image).data ?? null;
}

/** What Slack adds to a picture that it can show, such as its width. Where the old one had none of that, nothing can be said about the new one either. */
function proofsIn(before: SlackMessage, oldFileId: string | null): string[] {
  const image = imageOf(before);
  if (!image || image.slack_file.id !== oldFileId) return ['image_width'];
  return Object.keys(image).filter((key) => key.startsWith('image_'));
}

function shows(message: SlackMessage, fileId: string, proofs: readonly string[]): boolean {
  const image = imageOf(message);
  return image?.slack_file.id === fileId && proofs.every((key) => key in image);
}
