import { platformOf } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post } from '@watchpost/shared/chat/post';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { KnownPost, KnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import { removeFile } from '../visit/remove-file.ts';

export interface ChangePostDeps {
  knownPosts: KnownPosts;
  visits: Visits;
  platforms: readonly ConnectedPlatform[];
  log: Logger;
}

/** The code of a post whose platform this installation does not use now. */
export const notConnected = 'not-connected';

/**
 * Runs `work` for one post. What the platform refuses is noted with the post, and holds up no other: each gets its turn again, those that were
 * never refused first. The log says it once.
 */
export async function unlessRefused(
  post: KnownPost,
  { knownPosts, platforms, log }: Omit<ChangePostDeps, 'visits'>,
  signal: AbortSignal,
  work: (platform: ConnectedPlatform) => Promise<void>,
): Promise<void> {
  const platform = platforms.find(({ prefix }) => prefix === platformOf(post.channel));
  if (!platform) return knownPosts.refused(post, notConnected, signal);
  try {
    await work(platform);
  } catch (error) {
    throwIfAborted(signal);
    const err = toAppError(error);
    if (post.refused?.code !== err.code)
      log.warn({ err, channel: post.channel, message: post.messageId }, 'a post of ours could not be changed yet');
    await knownPosts.refused(post, err.code, signal);
  }
}

/** Deletes a post with its pictures. Resolves to false where the platform refuses it for good. */
export async function tryToDelete(
  { channel, messageId, pictures, about, ...post }: KnownPost,
  platform: ConnectedPlatform,
  { knownPosts, visits, log }: Omit<ChangePostDeps, 'platforms'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    // Those in its thread first: afterwards nobody finds them.
    for (const picture of pictures) {
      if (picture.messageId !== null) await platform.posts.withdraw({ channel, messageId: picture.messageId }, signal);
      if (picture.fileId !== null) await removeFile(picture.fileId, { platform, log }, signal);
    }
    await platform.posts.withdraw({ channel, messageId }, signal);
  } catch (error) {
    if (toAppError(error).retry !== 'permanent') throw error;
    log.info({ err: error, channel, message: messageId }, 'a post of ours cannot be deleted: it says nothing more instead');
    return false;
  }
  await forgetPost({ ...post, about }, { visits, knownPosts }, signal);
  return true;
}

/** Nothing of ours stands there any more: it is never said again. */
export async function forgetPost(
  { about, id }: Pick<KnownPost, 'about' | 'id'>,
  { visits, knownPosts }: Pick<ChangePostDeps, 'visits' | 'knownPosts'>,
  signal: AbortSignal,
): Promise<void> {
  if (about.kind === 'visit')
    await changeVisit(
      visits,
      about.id,
      (now) => (now.post?.progress ? { ...now, post: { ...now.post, progress: { ...now.post.progress, state: 'gone' } } } : null),
      signal,
    );
  await knownPosts.remove({ id }, signal);
}

/** Takes everything off a post of which nothing is known but where it stands. Rejects where the platform refuses that. */
export async function sayOnly(
  words: string,
  { channel, messageId, pictures }: KnownPost,
  platform: ConnectedPlatform,
  { log }: Pick<ChangePostDeps, 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const post: Post = { summary: words, picture: null, sections: [{ text: [{ text: words }], buttons: [], menu: [] }], footer: [] };
  const messages = [...pictures.flatMap((picture) => picture.messageId ?? []), messageId];
  for (const each of messages) await platform.posts.edit({ channel, messageId: each, fileId: null, post }, signal);
  for (const { fileId } of pictures) if (fileId !== null) await removeFile(fileId, { platform, log }, signal);
}
