import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { telegramChat } from '@watchpost/telegram/channel';
import { createLogRarely } from '../../log-rarely.ts';
import { sendAll } from '../send-all.ts';
import type { TelegramPost } from './2-parse.ts';
import { snapshotJob, type JobIds } from './3-to-jobs.ts';
import { cameraFromSender, cameraInCaption } from './camera-name.ts';
import type { Groups } from './groups.ts';
import type { TakeUpdateDeps } from './take-update.ts';

/** What is older than that was held back by an outage, and waits behind what is live. Milliseconds. */
const liveMs = 300_000;
/** The queue remembers a job's id for 26 hours; an older picture whose text is changed would be taken a second time. Milliseconds. */
const mostEditedMs = 86_400_000;

type TakePictureDeps = Pick<
  TakeUpdateDeps,
  'sender' | 'ranks' | 'cameras' | 'ingestMetrics' | 'log' | 'now' | 'ourselves' | 'readChats' | 'writeChat' | 'captionPattern'
> & { ids: JobIds; groups: Groups };

/** Takes a picture that was posted where cameras post. Resolves to what became of it; rejects as TakeUpdate, and with `job-refused`. */
export function createTakePicture(
  deps: TakePictureDeps,
): (post: TelegramPost, isEdited: boolean, timeLeftMs: () => number) => Promise<string> {
  const { ingestMetrics, log, now, ids, groups } = deps;
  const rarely = createLogRarely(now);

  const cameraOf = (post: TelegramPost, fileName: string | null): string | null => {
    const captioned = groups.note(post, { camera: cameraInCaption(post.text, deps.captionPattern), isOurs: false }).camera;
    return captioned ?? deps.cameras.nameOf(telegramChat(post.chat.id), fileName) ?? cameraFromSender(post);
  };
  const queue = async (job: SnapshotJob, post: TelegramPost, timeLeftMs: () => number): Promise<void> => {
    const camera = `${String(post.chat.id)} ${job.camera ?? String(post.from?.id ?? post.postedAs?.id ?? '')}`;
    const place = now() - post.postedAtMs > liveMs ? 'late' : { live: camera };
    await deps.ranks.queue(job, place, async (ranked) => deps.sender.send(ranked, { timeoutMs: timeLeftMs() }));
  };

  return async (post, isEdited, timeLeftMs) => {
    const { picture, chat, messageId } = post;
    if (!picture) {
      ingestMetrics.file('malformed');
      rarely('file', (times) => log.warn({ chat: chat.id, messageId, times }, 'a picture without a usable id was left out'));
      return 'ignored-malformed-file';
    }
    if (isOwn(post, deps)) {
      ingestMetrics.file('own');
      return 'ignored-own-post';
    }
    // The same picture with another caption has the same job; another one in its place has a new job.
    if (isEdited && now() - post.postedAtMs > mostEditedMs) return 'ignored-edited';
    const job = snapshotJob(post, picture, null, ids);
    const named = { ...job, camera: cameraOf(post, job.file.name) };
    const lost = 'the queue will never take this job: its picture is lost';
    await sendAll([named], async (each) => queue(each, post, timeLeftMs), { count: (outcome) => ingestMetrics.file(outcome), log, lost });
    log.info({ chat: chat.id, messageId, queued: 1 }, 'message accepted');
    return 'snapshot';
  };
}

/**
 * Whether a picture shows what we found already: our own post, or one of ours that somebody passes on. In a channel nobody's name is on a
 * post; there ours can be told by its buttons. Telegram tells a bot of its own posts nowhere, so this is a second lock. Pure.
 */
function isOwn(
  { chat, from, viaBot, origin, hasButtons }: TelegramPost,
  { ourselves, writeChat, readChats }: Pick<TakePictureDeps, 'ourselves' | 'writeChat' | 'readChats'>,
): boolean {
  const { id } = ourselves();
  if (from?.id === id || viaBot === id || origin?.sender_user?.id === id) return true;
  if (String(chat.id) === writeChat && hasButtons) return true;
  const source = origin?.chat ?? origin?.sender_chat;
  return source !== undefined && source !== null && String(source.id) === writeChat && !readChats.has(String(source.id));
}
