import type { Post } from '@watchpost/shared/chat/post';
import type { Visit } from '@watchpost/visits/visit';
import { change } from './1-gather.ts';
import type { Described } from './2-describe.ts';
import { gone, shownOf } from './6-edit.ts';
import { mustLose, type SendDeps } from './5-send.ts';
import { pictureFor, removeFile, type RemoveDeps } from './remove-file.ts';

const words = 'This picture was removed.';
const removed: Post = { summary: words, picture: null, sections: [{ text: [{ text: words }], buttons: [], menu: [] }], footer: [] };

/** A picture that is uploaded and not posted yet is never posted, where it bears a name that is said no more. Resolves to the visit as stored. */
export async function dropUnposted(visit: Visit, deps: SendDeps & RemoveDeps, signal: AbortSignal): Promise<Visit> {
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
  if (!shown) return visit;
  // The text says nothing more about them, and no picture did.
  if (visit.picturesGo !== true)
    return (visit.forgets ?? []).length === 0 ? visit : change(deps, visit.id, (now) => ({ ...now, forgets: [] }), signal);
  const { posts } = deps.platform;
  for (const { progress } of visit.replies) {
    await deps.keepLease();
    const { messageId, fileId } = progress ?? { messageId: null, fileId: null };
    if (messageId !== null) await posts.edit({ channel: shown.channel, messageId, fileId: null, post: removed }, signal);
    if (fileId !== null) await removeFile(pictureFor(fileId, visit), deps, signal);
  }
  await deps.keepLease();
  const outcome = await posts.edit({ ...shown, fileId: null, post }, signal);
  if (visit.upload) await removeFile(pictureFor(visit.upload.fileId, visit), deps, signal);
  if (shown.fileId !== null) await removeFile(pictureFor(shown.fileId, visit), deps, signal);
  if (outcome === 'gone') return gone(visit, deps, signal);
  const without = (now: Visit): Visit => ({
    ...now,
    picturesGo: false,
    forgets: [],
    upload: null,
    picture: null,
    shownHash: hash,
    post: now.post?.progress ? { ...now.post, progress: { ...now.post.progress, fileId: null } } : now.post,
    replies: now.replies.map(({ key, progress }) => ({ key, progress: progress?.messageId ? { ...progress, fileId: null } : null })),
  });
  return change(deps, visit.id, without, signal);
}
