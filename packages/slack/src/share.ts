import { z } from 'zod';
import { pause } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import type { Picture, UploadProgress } from '@watchpost/shared/chat/chat';
import type { SlackCall } from './calls.ts';
import { sharedIn, slackFileSchema } from './file.ts';

const uploadTarget = z.looseObject({ upload_url: z.url(), file_id: z.string().min(1) });
const anything = z.looseObject({});
const fileInfo = z.looseObject({ file: slackFileSchema });

export interface SharePost {
  channelId: string;
  picture: Picture;
  text: string;
  progress: UploadProgress | null;
}

export interface ShareOptions {
  call: SlackCall;
  /** For the transfer of the bytes, milliseconds. */
  uploadTimeoutMs: number;
  /** Slack shares a completed upload a little later; how often and after which pauses we look, milliseconds. */
  lookAfterMs: readonly number[];
}

type Save = (progress: UploadProgress) => Promise<void>;

/**
 * Slack's external upload in its three steps (files.getUploadURLExternal, the bytes, files.completeUploadExternal), then a look whether
 * the file really stands in the channel: Slack now and then answers ok and shares nothing. A file id can be completed once only, so going on
 * with a stored id can never post twice; a new id is taken only after the old file is known to be in no channel and is deleted.
 */
export async function sharePicture(post: SharePost, save: Save, options: ShareOptions, signal: AbortSignal): Promise<UploadProgress> {
  let progress = post.progress;
  if (progress?.state === 'shared') return progress;
  if (progress?.state === 'sharing') progress = await recover(post, progress, options, signal);
  if (progress?.state === 'shared') return settle(progress, save);

  if (!progress) {
    progress = await upload(post, options, signal);
    await save(progress);
  }
  const uploaded = progress;
  progress = { ...uploaded, state: 'sharing' };
  await save(progress);
  try {
    await complete(post, progress, options, signal);
  } catch (error) {
    // A refusal for now is an answer: nothing was posted, and the bytes stay usable.
    if (error instanceof AppError && error.code === 'chat-rate-limited') await save(uploaded);
    throw error;
  }
  const messageId = await lookForShare(post.channelId, progress.fileId, options, signal);
  if (messageId === null) {
    // The delete makes sure that the lost share cannot turn up beside its replacement.
    await options.call('files.delete', { file: progress.fileId }, anything, signal);
    throw new AppError('upload-not-shared', 'Slack took the picture but did not post it');
  }
  return settle({ state: 'shared', fileId: progress.fileId, messageId }, save);
}

async function settle(progress: UploadProgress, save: Save): Promise<UploadProgress> {
  await save(progress);
  return progress;
}

/** Steps 1 and 2: the bytes are at Slack, in no channel yet. */
async function upload({ picture }: SharePost, { call, uploadTimeoutMs }: ShareOptions, signal: AbortSignal): Promise<UploadProgress> {
  const target = await call(
    'files.getUploadURLExternal',
    // The API's name is alt_txt (the client library's own helper sends another); 1,000 characters at most.
    { filename: picture.fileName, length: picture.bytes.byteLength, alt_txt: picture.altText.slice(0, 1_000) },
    uploadTarget,
    signal,
  );
  let response: Response;
  try {
    response = await fetch(target.upload_url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(picture.bytes),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(uploadTimeoutMs)]),
    });
    await response.text();
  } catch (error) {
    if (signal.aborted) throw new AppError('aborted', 'upload stopped', { cause: error });
    throw new AppError('upload-failed', 'the picture could not be sent', { cause: error });
  }
  if (!response.ok) throw new AppError('upload-failed', `the picture was refused: HTTP ${response.status}`);
  return { state: 'uploaded', fileId: target.file_id };
}

/** Step 3. An answer that the file is gone means that an earlier call did its work. */
async function complete(
  { channelId, picture, text }: SharePost,
  { fileId }: UploadProgress,
  { call }: ShareOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await call(
      'files.completeUploadExternal',
      { files: [{ id: fileId, title: picture.title }], channel_id: channelId, initial_comment: text },
      anything,
      signal,
    );
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'file-gone')) throw error;
  }
}

/**
 * An earlier try asked for the post and never heard the answer. `shared` when it is there, null when Slack has dropped the file,
 * else the same progress: completing again is safe.
 */
async function recover(
  { channelId }: SharePost,
  progress: UploadProgress,
  { call }: ShareOptions,
  signal: AbortSignal,
): Promise<UploadProgress | null> {
  try {
    const { file } = await call('files.info', { file: progress.fileId }, fileInfo, signal);
    const messageId = sharedIn(file, channelId);
    return messageId === null ? progress : { state: 'shared', fileId: progress.fileId, messageId };
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-gone') return null;
    throw error;
  }
}

async function lookForShare(
  channelId: string,
  fileId: string,
  { call, lookAfterMs }: ShareOptions,
  signal: AbortSignal,
): Promise<string | null> {
  for (const waitMs of lookAfterMs) {
    await pause(waitMs, signal);
    const { file } = await call('files.info', { file: fileId }, fileInfo, signal);
    const messageId = sharedIn(file, channelId);
    if (messageId !== null) return messageId;
  }
  return null;
}
