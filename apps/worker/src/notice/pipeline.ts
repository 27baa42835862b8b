import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { NewPost, PostProgress } from '@watchpost/shared/chat/posts';
import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { Subscriptions } from '@watchpost/visits/subscriptions';
import type { StepTimer } from '../step-timer.ts';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { createCollections } from '@watchpost/schedule/store/collections';
import { chartPicture } from '../chart-picture.ts';
import { drawSheet } from './contact-sheet.ts';
import { readNotice, saveNotice, type Notice, type NoticeBody } from './notice.ts';

export interface NoticeDeps {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  documents: DocumentStore;
  questions: GalleryQuestions;
  subscriptions: Pick<Subscriptions, 'end'>;
  log: Logger;
  timed: StepTimer;
  now: () => number;
}

/** Posts one notice, exactly once: to a channel, or to the member who asked for it. */
export function createNoticeHandler(deps: NoticeDeps): JobHandler<'notice'> {
  return async ({ noticeId }, { attempt }, signal) => {
    const log = deps.log.child({ notice: noticeId, attempt });
    const notice = await readNotice(deps.documents, noticeId, signal);
    if (!notice) throw new AppError('notice-missing', 'there is no such notice: it has expired');
    if (!notice.post || notice.progress?.state === 'posted' || notice.progress?.state === 'gone') return 'idle';
    if (!(await mayBeTold(notice, deps, signal))) {
      await saveNotice(deps.documents, noticeId, { ...notice, post: null }, deps.now(), signal);
      log.info('not sent: whoever asked for it is not known to be in the results channel');
      return 'idle';
    }
    await deps.timed('notice', () => post(noticeId, notice, notice.post, deps, signal));
    log.info('notice done');
    return undefined;
  };
}

/** Whoever has left the results channel is told nothing any more, and is told nothing later either. */
async function mayBeTold({ to }: Notice, { platformFor, subscriptions }: NoticeDeps, signal: AbortSignal): Promise<boolean> {
  if ('channel' in to || to.about === 'own-message') return true;
  const permission = await platformFor(`${to.platform}:${to.member}`).members.mayRead(to.member, signal);
  if (permission === 'no') await subscriptions.end(to, signal);
  return permission === 'yes';
}

async function post(id: string, notice: Notice, text: NoticeBody['post'], deps: NoticeDeps, signal: AbortSignal): Promise<void> {
  if (!text) return;
  const { documents, platformFor, questions, now } = deps;
  const { to } = notice;
  let current = notice;
  // Written on the revision that was read: of two jobs one is refused, and finds the other's post when it comes again.
  const save = async (progress: PostProgress): Promise<void> => {
    // Before it counts as posted: whoever is killed in between finds the post, and notes it again.
    if (progress.state === 'posted') await notePost(id, notice, progress, deps, signal);
    // What is said need not be kept.
    const left = progress.state === 'posted' ? { post: null, sheet: [] } : {};
    current = await saveNotice(documents, id, { ...current, ...left, progress }, now(), signal);
  };
  const picture = await pictureOf(id, notice, text, { documents, questions, now }, signal);
  // A chart of which there is nothing to draw yet is not announced.
  const shown = picture || !notice.chart ? text : { ...text, picture: null };
  const message = { key: id, post: shown, picture, thread: null, progress: notice.progress };
  if ('channel' in to) {
    const platform = platformFor(to.channel);
    const sent = platform.posts.send({ ...message, channel: to.channel }, save, signal);
    await (to.channel === platform.writeChannel ? sent : sent.catch(waitForChannel));
    return;
  }
  const sent = platformFor(`${to.platform}:${to.member}`).members.message(to.member, message, save, signal);
  try {
    await (to.about === 'own-message' ? sent.catch(onlyTheirs) : sent);
  } catch (error) {
    if (toAppError(error).code !== 'chat-closed') throw error;
    // They block us, or never wrote to us: that is theirs to change, and no failure of ours.
    await saveNotice(documents, id, { ...current, post: null, sheet: [] }, now(), signal);
    deps.log.info({ notice: id }, 'not sent: whoever it is for takes nothing from us');
  }
}

/** A digest or message that names people is found as long as it stands. */
async function notePost(
  id: string,
  { persons = [], to }: Notice,
  { messageId, fileId, channel }: PostProgress,
  { documents, now }: NoticeDeps,
  signal: AbortSignal,
): Promise<void> {
  if (persons.length === 0 || messageId === null) return;
  const pictures = fileId === null ? [] : [{ messageId: null, fileId }];
  const about = { kind: 'notice' as const, id };
  const where = channel ?? ('channel' in to ? to.channel : channelKeySchema.parse(`${to.platform}:${to.member}`));
  await createKnownPosts(documents).note({ about, channel: where, messageId, pictures, persons, atMs: now() }, signal);
}

/** Null: it has none, or there is nothing to draw yet. */
async function pictureOf(
  id: string,
  { sheet, chart }: Notice,
  { picture }: NonNullable<NoticeBody['post']>,
  { documents, questions, now }: Pick<NoticeDeps, 'documents' | 'questions' | 'now'>,
  signal: AbortSignal,
): Promise<NewPost['picture']> {
  if (!picture) return null;
  if (sheet.length > 0) return { bytes: () => drawSheet(sheet, questions, signal), fileName: `${id}.jpg`, ...picture };
  if (!chart) return null;
  const drawn = await chartPicture(chart, { collections: createCollections(documents), now }, signal);
  return drawn && { bytes: async () => drawn, fileName: `${id}.png`, ...picture };
}

/** So soon is tried again what only a person can repair. Milliseconds. */
const repairMs = 10 * 60_000;

/** Nobody else's notices wait until the admin channel takes posts. */
function waitForChannel(thrown: unknown): never {
  const error = toAppError(thrown);
  if (error.retry !== 'repairable') throw error;
  const message = `the admin channel takes no posts: ${error.message}`;
  throw new AppError('violation-waiting', message, { cause: error, retryAfterMs: repairMs });
}

/** Nor until one author can be written to. */
function onlyTheirs(thrown: unknown): never {
  const error = toAppError(thrown);
  if (error.retry !== 'repairable') throw error;
  throw new AppError('chat-refused', `this member cannot be written to: ${error.message}`, { cause: error });
}
