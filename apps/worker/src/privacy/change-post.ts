import { platformOf } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post } from '@watchpost/shared/chat/post';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { KnownPost, KnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import { removeFile } from '../visit/remove-file.ts';

export interface ChangePostDeps {
  documents: DocumentStore;
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
  known: KnownPost,
  platform: ConnectedPlatform,
  { knownPosts, visits, documents, log }: Omit<ChangePostDeps, 'platforms'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { channel, messageId, pictures } = known;
  try {
    // Those in its thread first: afterwards nobody finds them.
    for (const picture of pictures) {
      if (picture.messageId !== null) await platform.posts.withdraw({ channel, messageId: picture.messageId }, signal);
      if (picture.fileId !== null) await removeFile({ ...known, fileId: picture.fileId }, { platform, documents, log }, signal);
    }
    await platform.posts.withdraw({ channel, messageId }, signal);
  } catch (error) {
    if (toAppError(error).retry !== 'permanent') throw error;
    log.info({ err: error, channel, message: messageId }, 'a post of ours cannot be deleted: it says nothing more instead');
    return false;
  }
  await forgetPost(known, { visits, knownPosts }, signal);
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

/** Tries once more to delete a picture that the platform refused to delete. Rejects where it refuses it again. */
export async function removeKnownFile(
  { about, id }: KnownPost,
  platform: ConnectedPlatform,
  { knownPosts }: Pick<ChangePostDeps, 'knownPosts'>,
  signal: AbortSignal,
): Promise<void> {
  await platform.posts.remove(about.id, signal);
  await knownPosts.remove({ id }, signal);
}

/** Takes everything off a post of which nothing is known but where it stands. Rejects where the platform refuses that. */
export async function sayOnly(
  words: string,
  known: KnownPost,
  platform: ConnectedPlatform,
  { documents, log }: Pick<ChangePostDeps, 'documents' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const { channel, messageId, pictures } = known;
  const post: Post = { summary: words, picture: null, sections: [{ text: [{ text: words }], buttons: [], menu: [] }], footer: [] };
  const messages = [...pictures.flatMap((picture) => picture.messageId ?? []), messageId];
  for (const each of messages) await platform.posts.edit({ channel, messageId: each, fileId: null, post }, signal);
  for (const { fileId } of pictures) if (fileId !== null) await removeFile({ ...known, fileId }, { platform, documents, log }, signal);
}
