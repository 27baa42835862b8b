import { z } from 'zod';
import { channelId } from '@watchpost/shared/chat/chat';
import type { Post, PostSection } from '@watchpost/shared/chat/post';
import type { NewPost, PostProgress } from '@watchpost/shared/chat/posts';
import type { Turns } from '@watchpost/shared/chat/turns';
import { AppError } from '@watchpost/shared/errors';
import { renderPost } from '../blocks/render-post.ts';
import { isRefusal, slackErrorOf } from '../errors.ts';
import type { UploadOptions } from '../upload.ts';
import { findPost, postEvent, type Bot } from './find-post.ts';
import { uploadPrivately } from './private-upload.ts';
import { readyFile } from './ready-file.ts';

const posted = z.looseObject({ ts: z.string() });

export interface SendOptions extends UploadOptions {
  turns: Turns;
  /** Who we are. */
  whoAmI: (signal: AbortSignal) => Promise<Bot>;
  /** The waits before each look whether Slack has processed a picture, milliseconds. Then the attempt ends, and another one goes on. */
  readyAfterMs: readonly number[];
  /** After this long a post goes out without its picture, milliseconds. */
  giveUpPictureMs: number;
  /** So long after we asked for a post, it may still appear. Milliseconds. */
  settleMs: number;
}

/** One call of send. */
interface Run {
  message: NewPost;
  save: (progress: PostProgress) => Promise<void>;
  options: SendOptions;
  /** In a direct message that we may not read: rather twice than never. */
  mayRepeat: boolean;
  signal: AbortSignal;
}

const untouched: PostProgress = { state: 'uploaded', fileId: null, uploadedAtMs: null, askedAtMs: null, messageId: null };

/** The next attempt goes on with the same upload. Milliseconds. */
const notReadyAgainMs = 2_000;

/**
 * Posts a message exactly once. chat.postMessage is not idempotent: the post carries its key as metadata, and after a lost answer the
 * channel's history is looked at before it is asked for again, at once and until nothing can come any more.
 */
export async function send(run: Run): Promise<PostProgress> {
  const { progress } = run.message;
  if (progress?.state === 'posted' || progress?.state === 'gone') return progress;
  const found = progress?.state === 'asked' ? await lookFor(progress, run) : null;
  if (found) return found;
  const started = progress && progress.fileId !== null ? progress : await start(run);
  return started.fileId === null ? ask(started, null, run) : askWhenReady(started, started.fileId, run);
}

/** Asks for the post once Slack has processed its picture. */
async function askWhenReady(started: PostProgress, fileId: string, run: Run): Promise<PostProgress> {
  const { readyAfterMs, call } = run.options;
  const file = await readyFile(call, fileId, readyAfterMs, run.signal);
  if (file.state === 'ready') return ask(started, null, run);
  if (file.state === 'processing') return withoutPicture(started, file.permalink, run);
  // Slack dropped it, or somebody deleted it before it was posted.
  const again = await start(run);
  if (again.fileId === null) return ask(again, null, run);
  const fresh = await readyFile(call, again.fileId, readyAfterMs, run.signal);
  return fresh.state === 'ready' ? ask(again, null, run) : withoutPicture(again, null, run);
}

/** Uploads the picture, if there is one. */
async function start({ message: { picture }, save, options, signal }: Run): Promise<PostProgress> {
  if (!picture) return untouched;
  const fileId = await uploadPrivately(picture, options, signal);
  const progress = { ...untouched, fileId, uploadedAtMs: Date.now() };
  await save(progress);
  return progress;
}

/** We asked, and do not know the outcome. Null: it did not come, and will not. */
async function lookFor(progress: PostProgress, { message, save, options, mayRepeat, signal }: Run): Promise<PostProgress | null> {
  const { channel, thread, key } = message;
  const askedAtMs = Math.min(progress.askedAtMs ?? Date.now(), Date.now());
  try {
    const bot = await options.whoAmI(signal);
    const found = await findPost(options.call, { channel: channelId(channel), thread, key, askedAtMs, bot }, signal);
    if (found) {
      const fileId = found.blocks?.some(({ type }) => type === 'image') ? progress.fileId : null;
      const done: PostProgress = { ...progress, state: 'posted', fileId, askedAtMs: null, messageId: found.ts };
      await save(done);
      return done;
    }
  } catch (error) {
    if (!mayRepeat || !(error instanceof AppError) || error.retry === 'transient') throw error;
    return null;
  }
  const waitMs = askedAtMs + options.settleMs - Date.now();
  if (waitMs > 0)
    throw new AppError('post-unconfirmed', 'Slack did not say whether it has posted the message, and does not show it yet', {
      retryAfterMs: waitMs,
    });
  return null;
}

/** Asks for the post. `link`: to the picture that it does not show. */
async function ask(before: PostProgress, link: Post['sections'] | null, run: Run): Promise<PostProgress> {
  const { message, save, options, signal } = run;
  const { channel, thread, key } = message;
  const fileId = link ? null : before.fileId;
  const files = await sectionsOfFiles(run);
  const post = { ...message.post, sections: [...(link ?? []), ...message.post.sections, ...files] };
  const unfurl = link !== null || files.length > 0;
  await options.turns.take(channel, signal);
  await save({ ...before, state: 'asked', askedAtMs: Date.now() });
  try {
    const { ts } = await options.call(
      'chat.postMessage',
      {
        channel: channelId(channel),
        ...renderPost(post, { fileId }),
        metadata: { event_type: postEvent, event_payload: { key } },
        // The address of a file, where a post has one, is what shows it to the channel.
        unfurl_links: unfurl,
        unfurl_media: unfurl,
        ...(thread !== null && { thread_ts: thread }),
      },
      posted,
      signal,
    );
    const done: PostProgress = { ...before, state: 'posted', fileId, askedAtMs: null, messageId: ts };
    await save(done);
    return done;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Nothing came of it: the next attempt need not look for it.
    await save({ ...before, state: 'uploaded', askedAtMs: null });
    if (error.code === 'chat-rate-limited') await options.turns.hold(channel, error.retryAfterMs ?? 0, signal);
    if (fileId !== null && slackErrorOf(error) === 'invalid_blocks') return withoutPicture(before, null, run, error);
    throw error;
  }
}

/** Slack has the picture, but no message can show it. Waits for it for a while, with attempts that are free. */
async function withoutPicture(progress: PostProgress, permalink: string | null, run: Run, cause?: AppError): Promise<PostProgress> {
  const waitedMs = Date.now() - (progress.uploadedAtMs ?? 0);
  if (waitedMs < run.options.giveUpPictureMs)
    throw new AppError('file-not-ready', 'Slack has not processed the picture yet', { cause, retryAfterMs: notReadyAgainMs });
  const known = permalink ?? (await permalinkOf(progress.fileId, run));
  const words = 'The picture is not ready in Slack yet';
  return ask(progress, [{ text: [known === null ? { text: words } : { text: words, link: known }], buttons: [], menu: [] }], run);
}

/** Their addresses: a file that is gone has none. */
async function sectionsOfFiles(run: Run): Promise<Post['sections']> {
  const sections: PostSection[] = [];
  for (const { id, title } of run.message.files ?? []) {
    const link = await permalinkOf(id, run);
    if (link !== null) sections.push({ text: [{ text: title, link }], buttons: [], menu: [] });
  }
  return sections;
}

async function permalinkOf(fileId: string | null, { options, signal }: Run): Promise<string | null> {
  const file = fileId === null ? null : await readyFile(options.call, fileId, [], signal);
  return file && file.state !== 'gone' ? file.permalink : null;
}
