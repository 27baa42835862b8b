import { platformOf, type Picture } from '@watchpost/shared/chat/chat';
import type { PostProgress } from '@watchpost/shared/chat/posts';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Visit } from '@watchpost/visits/visit';
import { change } from './1-gather.ts';
import type { Described } from './2-describe.ts';
import type { PicturePlan } from './3-choose-picture.ts';
import { annotate } from './4-annotate.ts';
import { isSame, pictureOf, type SendDeps } from './5-send.ts';
import { gone, shownOf, type ShownVisit } from './6-edit.ts';
import { noteLeft, notLeft, pictureFor, removeFile, type RemoveDeps } from './remove-file.ts';

export interface PictureDeps extends SendDeps, RemoveDeps {
  /** The platforms that keep a post's picture whatever is asked: found out once in each process. */
  keepsPictures: Set<string>;
  log: Logger;
  now: () => number;
}

/** Between two pictures in a thread, milliseconds. */
const repliesApartMs = 60_000;
/** So long a picture may take until the platform can show it, milliseconds. */
const giveUpPictureMs = 60_000;
/** In one thread. */
const mostReplies = 20;

/** What stands below a picture in the thread. */
const againLine = 'The picture again, with the names as they are known now.';
const besideLine = 'Another picture of this visit: it shows somebody who is not on the one above.';

type Reply = Visit['replies'][number];

/**
 * Makes the post show this picture, or puts it in the post's thread where the platform keeps the old one. Resolves to the visit as stored.
 * Rejects with `visit-busy` if it is too early for another picture in the thread.
 */
export async function changePicture(
  visit: Visit,
  describeWith: (snapshotId: string | null) => Promise<Described>,
  plan: PicturePlan | null,
  deps: PictureDeps,
  signal: AbortSignal,
): Promise<Visit> {
  const shown = shownOf(visit);
  const unfinished = visit.replies.find(({ progress }) => progress?.state !== 'posted' && progress?.state !== 'gone');
  if (!shown) return visit;
  if (!unfinished && !isAnother(visit, plan)) return dropUpload(visit, shown, describeWith, plan, deps, signal);
  const described = await describeWith(plan?.snapshotId ?? null);
  if (!described.post.picture) return visit;
  const drawing = createDrawing(visit, described.post.picture, plan, deps, signal);
  try {
    if (unfinished) return await sendReply(visit, unfinished, shown, described, drawing, deps, signal);
    if (!plan?.beside && !deps.keepsPictures.has(platformOf(shown.channel))) {
      const swapped = await swap(visit, shown, described, drawing, deps, signal);
      if (swapped) return swapped;
      deps.keepsPictures.add(platformOf(shown.channel));
      deps.log.info({ platform: platformOf(shown.channel) }, 'posts keep their pictures: redrawn ones go to the thread');
    }
    return await reply(visit, shown, described, drawing, deps, signal);
  } catch (error) {
    // The text is the truth. The snapshot may have been deleted, or be too old.
    if (toAppError(error).retry !== 'permanent') throw error;
    deps.log.info({ err: error }, 'the picture could not be drawn again');
    return visit;
  }
}

const isAnother = (visit: Visit, plan: PicturePlan | null): boolean => plan !== null && plan.drawn !== visit.picture?.drawn;

/**
 * A picture that was to take the place of the post's is not needed any more. Whoever was killed in between may have left it in the post: first the
 * post shows its own again.
 */
async function dropUpload(
  visit: Visit,
  shown: ShownVisit,
  describeWith: (snapshotId: string | null) => Promise<Described>,
  plan: PicturePlan | null,
  deps: PictureDeps,
  signal: AbortSignal,
): Promise<Visit> {
  const { upload } = visit;
  if (!upload) return visit;
  const { post, hash } = await describeWith((visit.picture ?? plan)?.snapshotId ?? null);
  await deps.keepLease();
  const outcome = await deps.platform.posts.edit({ ...shown, post }, signal);
  await noteLeft(pictureFor(upload.fileId, visit), deps, signal);
  const stored = await change(deps, visit.id, (now) => ({ ...now, upload: null, shownHash: hash }), signal);
  await removeFile(pictureFor(upload.fileId, stored), deps, signal);
  return outcome === 'gone' ? gone(stored, deps, signal) : stored;
}

interface Drawing {
  plan: PicturePlan | null;
  picture: Picture;
}

/** Draws once, however often the picture is wanted. */
function createDrawing(
  { id }: Visit,
  { title, altText }: { title: string; altText: string },
  plan: PicturePlan | null,
  deps: PictureDeps,
  signal: AbortSignal,
): Drawing {
  let drawn: Promise<Uint8Array> | null = null;
  const draw = async (): Promise<Uint8Array> => {
    if (!plan) throw new AppError('file-gone', 'no snapshot shows anybody any more');
    return annotate(plan, deps.platform.chat, deps, signal);
  };
  return { plan, picture: { fileName: `${id}.jpg`, title, altText, bytes: () => (drawn ??= draw()) } };
}

/** Null: the platform keeps the old picture. */
async function swap(
  visit: Visit,
  { channel, messageId, fileId: oldFileId }: ShownVisit,
  { post, hash }: Described,
  drawing: Drawing,
  deps: PictureDeps,
  signal: AbortSignal,
): Promise<Visit | null> {
  const { plan } = drawing;
  const { fileId, atMs } = await uploadFor(visit, drawing, deps, signal);
  await deps.keepLease();
  const outcome = await deps.platform.posts
    .swapPicture({ channel, messageId, oldFileId, fileId, post }, signal)
    .catch((error: unknown) => lateOf(error, deps.now() - atMs));
  if (outcome !== 'swapped') {
    await noteLeft(pictureFor(fileId, visit), deps, signal);
    const left = await change(deps, visit.id, (now) => ({ ...now, upload: null }), signal);
    await removeFile(pictureFor(fileId, left), deps, signal);
    if (outcome === 'late') return left;
    if (outcome === 'lost') throw new AppError('visit-busy', 'the picture was gone before it was shown: it is drawn again');
    return outcome === 'gone' ? gone(visit, deps, signal) : null;
  }
  const swapped = (now: Visit): Visit => ({
    ...now,
    upload: null,
    post: now.post?.progress ? { ...now.post, progress: { ...now.post.progress, fileId, uploadedAtMs: deps.now() } } : now.post,
    picture: plan ? withEarlier(pictureOf(plan), now.picture) : now.picture,
    shownHash: hash,
  });
  if (oldFileId !== null) await noteLeft(pictureFor(oldFileId, visit), deps, signal);
  const stored = await change(deps, visit.id, swapped, signal);
  if (oldFileId !== null) await removeFile(pictureFor(oldFileId, stored), deps, signal);
  return stored;
}

type Shown = Visit['picture'];

/** Whoever was on an earlier picture of the post or its thread is no newcomer. */
const withEarlier = (picture: NonNullable<Shown>, earlier: Shown): NonNullable<Shown> => ({
  ...picture,
  numbers: [...new Set([...(earlier?.numbers ?? []), ...picture.numbers])],
});

/** What is shown after a picture came into the thread: the post's own is still what it was. */
function inThread(plan: PicturePlan, earlier: Shown): NonNullable<Shown> {
  const { drawn, snapshotId } = earlier ?? plan;
  return withEarlier({ ...pictureOf(plan), snapshotId, drawn: plan.beside ? drawn : plan.drawn }, earlier);
}

/** The picture to be shown, which an earlier attempt may have uploaded. */
async function uploadFor(
  visit: Visit,
  { plan, picture }: Drawing,
  deps: PictureDeps,
  signal: AbortSignal,
): Promise<{ fileId: string; atMs: number }> {
  const earlier = visit.upload;
  if (earlier && earlier.drawn === plan?.drawn) {
    // Whoever was killed may have given it up already.
    await notLeft(earlier.fileId, deps, signal);
    return earlier;
  }
  if (earlier) await removeFile(pictureFor(earlier.fileId, visit), deps, signal);
  await deps.keepLease();
  const fileId = await deps.platform.posts.upload(picture, signal);
  const upload = { fileId, drawn: plan?.drawn ?? '', atMs: deps.now() };
  await change(deps, visit.id, (now) => ({ ...now, upload }), signal);
  return upload;
}

/**
 * `late`: the platform does not get ready with the picture. The text is the truth, and with the next edit it is tried again. `lost`: what was
 * uploaded is not there any more.
 */
function lateOf(error: unknown, waitedMs: number): 'late' | 'lost' {
  if (toAppError(error).code === 'file-gone') return 'lost';
  if (toAppError(error).code !== 'file-not-ready' || waitedMs < giveUpPictureMs) throw error;
  return 'late';
}

/** In the thread only what a reader has changed, or who has come since. */
async function reply(
  visit: Visit,
  shown: ShownVisit,
  described: Described,
  drawing: Drawing,
  deps: PictureDeps,
  signal: AbortSignal,
): Promise<Visit> {
  const last = visit.replies.at(-1)?.progress ?? visit.post?.progress;
  const lastAtMs = last?.uploadedAtMs ?? 0;
  const hasNewcomers = drawing.plan?.numbers.some((number) => !visit.picture?.numbers.includes(number)) === true;
  const isSaid = visit.lastChange !== null && visit.lastChange.atMs > lastAtMs;
  if (!(hasNewcomers || isSaid) || visit.replies.length >= mostReplies) return visit;
  const waitMs = visit.replies.length === 0 ? 0 : lastAtMs + repliesApartMs - deps.now();
  if (waitMs > 0) throw new AppError('visit-busy', 'a picture was put into the thread a moment ago', { retryAfterMs: waitMs });
  const next: Reply = { key: `${visit.id}-${visit.replies.length + 1}`, progress: null };
  const announced = await change(deps, visit.id, (now) => ({ ...now, replies: [...now.replies, next] }), signal);
  return sendReply(announced, next, shown, described, drawing, deps, signal);
}

/** Puts a picture into the thread, or sees an earlier attempt through. */
async function sendReply(
  visit: Visit,
  { key, progress: before }: Reply,
  { channel, messageId }: ShownVisit,
  { post }: Described,
  { plan, picture }: Drawing,
  deps: PictureDeps,
  signal: AbortSignal,
): Promise<Visit> {
  let [known, stored] = [before, visit];
  const save = async (progress: PostProgress): Promise<void> => {
    await deps.keepLease();
    const isNewFile = progress.fileId !== null && progress.fileId !== known?.fileId;
    const edited = (now: Visit): Visit => ({
      ...now,
      replies: now.replies.map((each) => (each.key === key ? { key, progress } : each)),
      picture: isNewFile && plan ? inThread(plan, now.picture) : now.picture,
    });
    stored = await change(deps, visit.id, edited, signal);
    known = progress;
  };
  const text = [{ text: plan?.beside ? besideLine : againLine }];
  const message = { summary: post.summary, picture: post.picture, sections: [{ text, buttons: [], menu: [] }], footer: [] };
  const progress = await deps.platform.posts.send(
    { channel, key, post: message, picture, thread: messageId, progress: before },
    save,
    signal,
  );
  if (!isSame(progress, known)) await save(progress);
  return stored;
}
