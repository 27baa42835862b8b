import { platformOf } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post } from '@watchpost/shared/chat/post';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { KnownPost, KnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { Place } from '@watchpost/privacy/receipts/place';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import { noticesNaming } from '../notice/notice.ts';
import { removeFile } from '../visit/remove-file.ts';

export interface PostsDeps {
  documents: DocumentStore;
  knownPosts: KnownPosts;
  visits: Visits;
  platforms: readonly ConnectedPlatform[];
  /** See FORGET_POSTS. */
  forgetPosts: 'redraw' | 'delete';
  log: Logger;
}

/** Posts of one round: a channel takes one change a second, and the task's lease ends. */
const atOnce = 20;
const mostCounted = 100_000;

const words = 'This post was about somebody who is forgotten.';
const nobody: Post = { summary: words, picture: null, sections: [{ text: [{ text: words }], buttons: [], menu: [] }], footer: [] };

/** The posts that show somebody, however old they are: said again without the name, or deleted. */
export function postsPlace(deps: PostsDeps): Place {
  const { knownPosts, forgetPosts } = deps;
  return {
    count: async ({ personIds }, signal) => ({ 'posts and pictures': (await knownPosts.showing(personIds, mostCounted, signal)).length }),
    erase: async ({ personIds }, signal) => {
      const posts = await knownPosts.showing(personIds, mostCounted, signal);
      for (const post of someOf(posts)) {
        await unlessRefused(post, deps, signal, async () => {
          if (forgetPosts === 'delete' && (await tryToDelete(post, deps, signal))) return;
          if (await isSaidAgain(post, personIds, deps, signal)) await knownPosts.without(post, personIds, signal);
        });
      }
    },
    waitsFor: 'posts are changed one after another, as the platform allows',
  };
}

/** As many as one round takes, from anywhere in the list: those that nothing can be done about now never fill all rounds. */
function someOf(posts: readonly KnownPost[]): KnownPost[] {
  const from = posts.length > atOnce ? Math.floor(Math.random() * posts.length) : 0;
  return [...posts.slice(from), ...posts.slice(0, from)].slice(0, atOnce);
}

/** Runs `work` for one post. What the platform refuses now, such as a channel that is archived, holds up no other post: the next round tries again. */
export async function unlessRefused(
  post: KnownPost,
  { log }: Pick<PostsDeps, 'log'>,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    throwIfAborted(signal);
    log.warn({ err: toAppError(error), channel: post.channel }, 'a post of ours could not be changed yet');
  }
}

/** Deletes a post with its pictures. Resolves to false where the platform refuses it for good. */
export async function tryToDelete(post: KnownPost, deps: Omit<PostsDeps, 'forgetPosts'>, signal: AbortSignal): Promise<boolean> {
  const platform = platformOfPost(post, deps);
  if (!platform) return false;
  const { channel, messageId, pictures, about } = post;
  try {
    // Those in its thread first: afterwards nobody finds them.
    for (const picture of pictures) {
      if (picture.messageId !== null) await platform.posts.withdraw({ channel, messageId: picture.messageId }, signal);
      if (picture.fileId !== null) await removeFile(picture.fileId, { platform, log: deps.log }, signal);
    }
    await platform.posts.withdraw({ channel, messageId }, signal);
  } catch (error) {
    if (toAppError(error).retry !== 'permanent') throw error;
    deps.log.warn({ err: error }, 'a post of ours cannot be deleted: it is said again without the name');
    return false;
  }
  if (about.kind === 'visit')
    await changeVisit(
      deps.visits,
      about.id,
      (now) => (now.post?.progress ? { ...now, post: { ...now.post, progress: { ...now.post.progress, state: 'gone' } } } : null),
      signal,
    );
  await deps.knownPosts.remove(post, signal);
  return true;
}

/** Whether the post says nothing of these persons any more. What still has a visit or a notice is said again from that. */
async function isSaidAgain(post: KnownPost, personIds: readonly string[], deps: PostsDeps, signal: AbortSignal): Promise<boolean> {
  const known = await (post.about.kind === 'visit' ? ofVisit(post, personIds, deps, signal) : ofNotice(post, personIds, deps, signal));
  return known ?? sayNobody(post, deps, signal);
}

/** Whether it is said again; null: the visit has expired. */
async function ofVisit(
  { about }: KnownPost,
  personIds: readonly string[],
  { visits }: PostsDeps,
  signal: AbortSignal,
): Promise<boolean | null> {
  const visit = await visits.get(about.id, signal);
  if (!visit || visit.post?.progress?.state === 'gone') return visit && true;
  return !namesAny([...visit.persons, ...visit.asked, ...(visit.named ?? []), ...(visit.forgets ?? [])], personIds);
}

/** The same of a digest. */
async function ofNotice(
  { about }: KnownPost,
  personIds: readonly string[],
  { documents }: PostsDeps,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (!(await documents.get('notice', about.id, signal)).document) return null;
  const naming = await Promise.all(personIds.map((id) => noticesNaming(documents, id, signal)));
  return !naming.flat().some(({ id }) => id === about.id);
}

/** Takes everything off a post of which nothing is known but where it stands. Resolves to false where the platform refuses that. */
async function sayNobody(post: KnownPost, deps: PostsDeps, signal: AbortSignal): Promise<boolean> {
  const { channel, messageId, pictures } = post;
  const platform = platformOfPost(post, deps);
  if (!platform) return false;
  const messages = [...pictures.flatMap((picture) => picture.messageId ?? []), messageId];
  try {
    for (const each of messages) await platform.posts.edit({ channel, messageId: each, fileId: null, post: nobody }, signal);
  } catch (error) {
    if (toAppError(error).retry !== 'permanent') throw error;
    deps.log.warn({ err: error }, 'an old post that shows somebody who is forgotten can be neither edited nor found: delete it by hand');
    return false;
  }
  for (const { fileId } of pictures) if (fileId !== null) await removeFile(fileId, { platform, log: deps.log }, signal);
  return true;
}

const namesAny = (named: readonly string[], personIds: readonly string[]): boolean => named.some((id) => personIds.includes(id));

const platformOfPost = ({ channel }: KnownPost, { platforms }: Pick<PostsDeps, 'platforms'>): ConnectedPlatform | undefined =>
  platforms.find(({ prefix }) => prefix === platformOf(channel));
