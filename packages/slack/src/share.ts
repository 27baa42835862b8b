import { z } from 'zod';
import { pause } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import type { Picture, UploadProgress } from '@watchpost/shared/chat/chat';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { sharedIn, slackFileSchema } from './file.ts';
import { renderMrkdwn } from './mrkdwn.ts';
import { uploadPicture, type UploadOptions } from './upload.ts';

const anything = z.looseObject({});
const ids = z.array(z.string()).nullish().catch(null);
const fileInfo = z.looseObject({ file: slackFileSchema.extend({ channels: ids, groups: ids }) });

export interface SharePost {
  channelId: string;
  picture: Picture;
  text: RichText;
  progress: UploadProgress | null;
}

export interface ShareOptions extends UploadOptions {
  /** Slack shares a completed upload a little later: the waits before each check, milliseconds. */
  checkAfterMs: readonly number[];
  /** Slack may still be working on what we asked for. After this long it is not: the upload is replaced, milliseconds. */
  replaceAfterMs: number;
}

type Save = (progress: UploadProgress) => Promise<void>;

/** One call of sharePicture. */
interface Run {
  post: SharePost;
  save: Save;
  options: ShareOptions;
  signal: AbortSignal;
}

type Shared = UploadProgress & { state: 'shared' };

/** We asked for the post, last at `askedAtMs`, and do not know the outcome. */
type Asked = UploadProgress & { state: 'sharing'; askedAtMs: number };

/**
 * Slack's external upload in its three steps (files.getUploadURLExternal, the bytes, files.completeUploadExternal), then a check that
 * the file is in the channel: Slack sometimes responds ok and shares nothing, or does the work and its response is lost.
 *
 * A file id can be completed only once, so completing it again never posts twice, and a retry always begins with that. If Slack does
 * not find the file then, it has posted it, is about to, or has dropped it: only files.info and time can tell. A new file is uploaded
 * when nothing has appeared for `replaceAfterMs`, and after the old file has been deleted, so that it cannot appear any more.
 */
export async function sharePicture(post: SharePost, save: Save, options: ShareOptions, signal: AbortSignal): Promise<UploadProgress> {
  const { progress } = post;
  if (progress?.state === 'shared') return progress;
  const run = { post, save, options, signal };
  if (progress) {
    const reached = await goOn(progress, run);
    if (reached.state === 'shared') return reached;
    const waitMs = reached.askedAtMs + options.replaceAfterMs - Date.now();
    if (waitMs > 0) throw new AppError('upload-not-shared', 'Slack has not posted the picture yet', { retryAfterMs: waitMs });
    await remove(reached.fileId, run);
  }
  const fresh: UploadProgress = { state: 'uploaded', fileId: await uploadPicture(post.picture, options, signal) };
  await save(fresh);
  const reached = await goOn(fresh, run);
  if (reached.state === 'shared') return reached;
  // Waiting is free the first time. That a replacement is missing as well uses up an attempt, so that there are only so many.
  throw new AppError(
    'upload-not-shared',
    'Slack took the picture but has not posted it yet',
    progress ? {} : { retryAfterMs: options.replaceAfterMs },
  );
}

/** Step 3 with an upload that Slack has, or had. Resolves to its share, already saved, or to since when we have been waiting for it. */
async function goOn(progress: UploadProgress, run: Run): Promise<Asked | Shared> {
  if (progress.state !== 'sharing') return settle(await ask({ ...progress, state: 'uploaded' }, run), run);
  // Another machine's clock may be ahead of ours.
  const asked: Asked = { ...progress, state: 'sharing', askedAtMs: Math.min(progress.askedAtMs ?? Date.now(), Date.now()) };
  const shared = await look(asked.fileId, run);
  if (shared?.messageId !== undefined) return saved(shared, run);
  return settle(shared ? asked : await ask(asked, run), run);
}

/** Asks for the post; the outcome stays open. Resolves to what is saved then. */
async function ask(before: (UploadProgress & { state: 'uploaded' }) | Asked, run: Run): Promise<Asked> {
  const { post, save, options, signal } = run;
  const { picture, text, channelId } = post;
  const asked: Asked = { state: 'sharing', fileId: before.fileId, askedAtMs: Date.now() };
  await save(asked);
  try {
    const files = [{ id: before.fileId, title: picture.title }];
    const args = { files, channel_id: channelId, initial_comment: renderMrkdwn(text) };
    await options.call('files.completeUploadExternal', args, anything, signal);
    return asked;
  } catch (error) {
    const isRefusal = error instanceof AppError && (error.retry !== 'transient' || error.code === 'chat-rate-limited');
    if (!isRefusal) throw error;
    const isGone = error.code === 'file-gone';
    // Nothing came of this request: what may come of an earlier one is as open as before.
    if (!isGone || before.state === 'sharing') await save(before);
    if (!isGone) throw error;
    return before.state === 'sharing' ? before : asked;
  }
}

/** Waits until the post can be seen, and saves it; else resolves to `asked`. */
async function settle(asked: Asked, run: Run): Promise<Asked | Shared> {
  let shared: Shared | null = null;
  for (const waitMs of run.options.checkAfterMs) {
    await pause(waitMs, run.signal);
    shared = await look(asked.fileId, run);
    if (shared?.messageId !== undefined) break;
  }
  return shared ? saved(shared, run) : asked;
}

/** The file's share in the channel, if there is one; without its message if Slack names only the channel. */
async function look(fileId: string, { post: { channelId }, options, signal }: Run): Promise<Shared | null> {
  try {
    const { file } = await options.call('files.info', { file: fileId }, fileInfo, signal);
    const messageId = sharedIn(file, channelId);
    if (messageId !== null) return { state: 'shared', fileId, messageId };
    return [...(file.channels ?? []), ...(file.groups ?? [])].includes(channelId) ? { state: 'shared', fileId } : null;
  } catch (error) {
    if (!(error instanceof AppError) || (error.retry !== 'permanent' && error.code !== 'file-forbidden')) throw error;
    if (error.code === 'file-gone') return null;
    // The post may be there: a refusal to tell is no reason to call it failed.
    throw new AppError('upload-not-shared', 'Slack does not tell whether the picture is posted', { cause: error });
  }
}

/** Deletes a file that is to be replaced. Without that it could still appear, in addition to its replacement. */
async function remove(fileId: string, { options, signal }: Run): Promise<void> {
  try {
    await options.call('files.delete', { file: fileId }, anything, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry !== 'permanent') throw error;
    if (error.code !== 'file-gone')
      throw new AppError('upload-not-shared', 'Slack neither posts the picture nor lets it be deleted', { cause: error });
  }
}

async function saved(shared: Shared, { save }: Run): Promise<Shared> {
  await save(shared);
  return shared;
}
