import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { PostProgress } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';
import type { Visit } from '@watchpost/visits/visit';
import { change } from './1-gather.ts';
import type { Described } from './2-describe.ts';
import { gone, shownOf } from './6-edit.ts';
import { mustLose, type SendDeps } from './5-send.ts';
import { pictureFor, removeFile, type RemoveDeps } from './remove-file.ts';

const words = 'This picture was removed.';
const removed: Post = { summary: words, picture: null, sections: [{ text: [{ text: words }], buttons: [], menu: [] }], footer: [] };

/** A picture that no post shows yet, or any more, is never shown again, where it bears a name that is said no more. Resolves to the visit as stored. */
export async function dropUnposted(visit: Visit, deps: SendDeps & RemoveDeps, signal: AbortSignal): Promise<Visit> {
  if (isLeftBehind(visit)) return removeLeftBehind(visit, deps, signal);
  const progress = visit.post?.progress;
  if (!mustLose(visit) || progress?.state !== 'uploaded') return visit;
  // The text is not written yet.
  if (visit.picturesGo !== true) return change(deps, visit.id, (now) => ({ ...now, forgets: [] }), signal);
  if (progress.fileId !== null) await removeFile(pictureFor(progress.fileId, visit), deps, signal);
  const without = (now: Visit): Visit => ({
    ...now,
    picturesGo: false,
    forgets: [],
    picture: null,
    post: now.post && { ...now.post, progress: null },
  });
  return change(deps, visit.id, without, signal);
}

/** Takes all pictures off a post and its thread, where they bear a name that is said no more. Resolves to the visit as stored. */
export async function removePictures(
  visit: Visit,
  { post, hash }: Described,
  deps: SendDeps & RemoveDeps,
  signal: AbortSignal,
): Promise<Visit> {
  const shown = shownOf(visit);
  if (!shown) return removeLeftBehind(visit, deps, signal);
  // The text says nothing more about them, and no picture did.
  if (visit.picturesGo !== true)
    return (visit.forgets ?? []).length === 0 ? visit : change(deps, visit.id, (now) => ({ ...now, forgets: [] }), signal);
  await emptyThread(visit, shown.channel, deps, signal);
  await deps.keepLease();
  const outcome = await deps.platform.posts.edit({ ...shown, fileId: null, post }, signal);
  await removeFiles(visit, deps, signal);
  const stored = await change(deps, visit.id, (now) => ({ ...withoutPictures(now), shownHash: hash }), signal);
  return outcome === 'gone' ? gone(stored, deps, signal) : stored;
}

/** Somebody has deleted the post, but not what it left behind: its thread may still show such pictures. Resolves to the visit as stored. */
async function removeLeftBehind(visit: Visit, deps: SendDeps & RemoveDeps, signal: AbortSignal): Promise<Visit> {
  if (!isLeftBehind(visit) || !visit.post) return visit;
  if (visit.picturesGo !== true) return change(deps, visit.id, (now) => ({ ...now, forgets: [] }), signal);
  await emptyThread(visit, visit.post.channel, deps, signal);
  await removeFiles(visit, deps, signal);
  return change(deps, visit.id, withoutPictures, signal);
}

/** Whether it is still to be seen to what a post has left behind that somebody deleted. Pure. */
export const isLeftBehind = (visit: Visit): boolean => visit.post?.progress?.state === 'gone' && mustLose(visit);

/** What stands in the thread shows no picture any more, and the pictures are gone. */
async function emptyThread(visit: Visit, channel: ChannelKey, deps: SendDeps & RemoveDeps, signal: AbortSignal): Promise<void> {
  for (const reply of visit.replies) {
    await deps.keepLease();
    const messageId = reply.progress?.messageId ?? (await cameAfterAll(visit, reply, channel, deps, signal));
    const fileId = reply.progress?.fileId ?? null;
    if (messageId !== null) await deps.platform.posts.edit({ channel, messageId, fileId: null, post: removed }, signal);
    if (fileId !== null) await removeFile(pictureFor(fileId, visit), deps, signal);
  }
}

/** Of a reply that was asked for, and of which nobody knows what became: looks for it, and stores where it stands. Null: it did not come. */
async function cameAfterAll(
  visit: Visit,
  { key, progress }: Visit['replies'][number],
  channel: ChannelKey,
  deps: SendDeps,
  signal: AbortSignal,
): Promise<string | null> {
  const thread = visit.post?.progress?.messageId ?? null;
  if (progress?.state !== 'asked' || thread === null) return null;
  let isMissing = false;
  const save = async ({ state }: PostProgress): Promise<void> => {
    // Only now it would be posted.
    if (state === 'asked') {
      isMissing = true;
      throw new AppError('aborted', 'it is not to be posted any more');
    }
  };
  const before = { ...progress, fileId: null };
  try {
    const found = await deps.platform.posts.send({ channel, key, post: removed, picture: null, thread, progress: before }, save, signal);
    const known = { ...found, fileId: progress.fileId };
    const replies = (now: Visit) => now.replies.map((each) => (each.key === key ? { key, progress: known } : each));
    await change(deps, visit.id, (now) => ({ ...now, replies: replies(now) }), signal);
    return found.messageId;
  } catch (error) {
    if (isMissing) return null;
    throw error;
  }
}

/** That of the post itself, and one that was to follow it. */
async function removeFiles(visit: Visit, deps: SendDeps & RemoveDeps, signal: AbortSignal): Promise<void> {
  for (const { fileId } of [visit.upload, visit.post?.progress].flatMap((each) => each ?? []))
    if (fileId !== null) await removeFile(pictureFor(fileId, visit), deps, signal);
}

const withoutPictures = (now: Visit): Visit => ({
  ...now,
  picturesGo: false,
  forgets: [],
  upload: null,
  picture: null,
  post: now.post?.progress ? { ...now.post, progress: { ...now.post.progress, fileId: null } } : now.post,
  replies: now.replies.map(({ key, progress }) => ({ key, progress: progress?.messageId ? { ...progress, fileId: null } : null })),
});
