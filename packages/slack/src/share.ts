import { z } from 'zod';
import { pause } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import type { Picture, UploadProgress } from '@watchpost/shared/chat/chat';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { cut } from '@watchpost/shared/text';
import type { SlackCall } from './calls.ts';
import { sharedIn, slackFileSchema } from './file.ts';
import { renderMrkdwn } from './mrkdwn.ts';

const uploadTarget = z.looseObject({ upload_url: z.url(), file_id: z.string().min(1) });
const anything = z.looseObject({});
/** What Slack takes of a picture's description. */
const longestAltText = { characters: 1_000, units: 1_000 };
const fileInfo = z.looseObject({ file: slackFileSchema });

export interface SharePost {
  channelId: string;
  picture: Picture;
  text: RichText;
  progress: UploadProgress | null;
}

export interface ShareOptions {
  call: SlackCall;
  /** For uploading the bytes, milliseconds. */
  uploadTimeoutMs: number;
  /** Slack shares a completed upload a little later: the waits before each check, milliseconds. */
  checkAfterMs: readonly number[];
}

type Save = (progress: UploadProgress) => Promise<void>;

/**
 * Slack's external upload in its three steps (files.getUploadURLExternal, the bytes, files.completeUploadExternal), then a check that
 * the file is in the channel: Slack sometimes responds ok and shares nothing. A file id can be completed only once, so continuing with a
 * stored id never posts twice. A new file is uploaded only after the old one is known to be in no channel and has been deleted.
 */
export async function sharePicture(post: SharePost, save: Save, options: ShareOptions, signal: AbortSignal): Promise<UploadProgress> {
  let progress = post.progress;
  if (progress?.state === 'shared') return progress;
  if (progress?.state === 'sharing') progress = await recover(post, progress, options, signal);
  if (progress?.state === 'shared') return saved(progress, save);

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
    // A rate limit is a definite outcome: nothing was posted, and the upload is still valid.
    if (error instanceof AppError && error.code === 'chat-rate-limited') await save(uploaded);
    throw error;
  }
  const messageId = await waitForShare(post.channelId, progress.fileId, options, signal);
  if (messageId === null) {
    // Deleted, so that the missing share cannot appear in addition to its replacement.
    await options.call('files.delete', { file: progress.fileId }, anything, signal);
    throw new AppError('upload-not-shared', 'Slack took the picture but did not post it');
  }
  return saved({ state: 'shared', fileId: progress.fileId, messageId }, save);
}

async function saved(progress: UploadProgress, save: Save): Promise<UploadProgress> {
  await save(progress);
  return progress;
}

/** Steps 1 and 2: Slack has the bytes, no channel shows them yet. */
async function upload({ picture }: SharePost, { call, uploadTimeoutMs }: ShareOptions, signal: AbortSignal): Promise<UploadProgress> {
  const bytes = await picture.bytes();
  const target = await call(
    'files.getUploadURLExternal',
    // The API's name is alt_txt (the client library's own helper sends another).
    { filename: picture.fileName, length: bytes.byteLength, alt_txt: cut(picture.altText, longestAltText) },
    uploadTarget,
    signal,
  );
  let response: Response;
  try {
    response = await fetch(target.upload_url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(uploadTimeoutMs)]),
    });
    await response.text();
  } catch (error) {
    if (signal.aborted) throw new AppError('aborted', 'upload stopped', { cause: error });
    throw new AppError('upload-failed', 'could not upload the picture', { cause: error });
  }
  if (!response.ok) throw new AppError('upload-failed', `Slack refused the picture: HTTP ${response.status}`);
  return { state: 'uploaded', fileId: target.file_id };
}

/** Step 3. If Slack says that the file is gone, an earlier call has succeeded. */
async function complete(
  { channelId, picture, text }: SharePost,
  { fileId }: UploadProgress,
  { call }: ShareOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await call(
      'files.completeUploadExternal',
      { files: [{ id: fileId, title: picture.title }], channel_id: channelId, initial_comment: renderMrkdwn(text) },
      anything,
      signal,
    );
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'file-gone')) throw error;
  }
}

/**
 * For an earlier attempt that asked for the post and lost the response: `shared` if the post exists, null if Slack has dropped the
 * file, else the same progress, because completing again is safe.
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

/** The id of the post, or null if Slack did not share the file in time. */
async function waitForShare(
  channelId: string,
  fileId: string,
  { call, checkAfterMs }: ShareOptions,
  signal: AbortSignal,
): Promise<string | null> {
  for (const waitMs of checkAfterMs) {
    await pause(waitMs, signal);
    const { file } = await call('files.info', { file: fileId }, fileInfo, signal);
    const messageId = sharedIn(file, channelId);
    if (messageId !== null) return messageId;
  }
  return null;
}
