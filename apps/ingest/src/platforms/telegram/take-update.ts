import type { Envelope } from '@watchpost/shared/envelope';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import type { InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogRarely } from '../../log-rarely.ts';
import type { IntakeDeps } from '../platform.ts';
import { sendAll } from '../send-all.ts';
import { parseUpdate, type TelegramPost, type Update } from './2-parse.ts';
import { clickJob, jobIdsOf, membershipJob, movedJob, saidJob, type NewTalkJob } from './3-to-jobs.ts';
import { addressed, type Ourselves } from './addressed.ts';
import { createChatOrder, type LastJobs } from './chat-order.ts';
import { createGroups } from './groups.ts';
import { createTakePicture } from './take-picture.ts';
import type { TelegramMetrics } from './telegram-metrics.ts';

export interface TakeUpdateDeps extends Pick<IntakeDeps, 'sender' | 'ranks' | 'cameras' | 'ingestMetrics' | 'log' | 'now'> {
  ourselves: () => Ourselves;
  /** By their numbers. One that gets a new number is added with it. */
  readChats: Set<string>;
  /** Null: nothing is posted to Telegram. */
  writeChat: string | null;
  captionPattern: RegExp;
  envelope: Envelope;
  /** Null: this process knows only what it has queued itself. */
  lastJobs: LastJobs | null;
  telegramMetrics: TelegramMetrics;
}

/** What became of an update. */
export interface Taken {
  outcome: string;
  /** A click that Telegram waits for an answer to: its id, and a line for whoever clicked, of our own making. */
  click: { id: string; text: string | null } | null;
}

/**
 * The one way from an update to the queue, however it came. Resolves once the queue has what follows from it, or when nothing ever will.
 * Rejects with what passes: `queue-unavailable`, or `telegram-identity-unknown`; the update is to be delivered again then.
 */
export type TakeUpdate = (body: unknown, timeLeftMs: () => number) => Promise<Taken>;

type PostUpdate = Extract<Update, { kind: 'post' }>;

const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['queue-unavailable', 'telegram-identity-unknown', 'aborted']);
const tooOld = 'This button is too old. Look for a newer message.';
/** Else whoever presses it in a group sees nothing happen there. */
const askedElsewhere = 'I ask you for the name: in our own chat, or below this post.';
const lost = 'the queue will never take this job: what it is about is lost';

/** Not a bot, and nobody who posts as a chat or as an anonymous admin: that may be anybody. */
const isSomebody = ({ chat, from, postedAs }: TelegramPost): boolean =>
  chat.type !== 'channel' && postedAs === null && from !== null && !from.is_bot;

/** The configuration has the old number. Cameras go on posting, so what they post is taken; the worker notes it for the next start. */
function follow(from: number, to: number, { readChats, writeChat, log }: Pick<TakeUpdateDeps, 'readChats' | 'writeChat' | 'log'>): void {
  const isRead = readChats.has(String(from));
  if (isRead) readChats.add(String(to));
  if (!isRead && writeChat !== String(from)) return;
  log.error({ chat: from, movedTo: to }, 'a chat has a new number: put it into the configuration');
}

export function createTakeUpdate(deps: TakeUpdateDeps): TakeUpdate {
  const { log, now, telegramMetrics, envelope, ourselves } = deps;
  const ids = jobIdsOf(ourselves().id);
  const rarely = createLogRarely(now);
  const order = createChatOrder(now, deps.lastJobs);
  const groups = createGroups();
  const followed = new Set<number>();
  const takePicture = createTakePicture({ ...deps, ids, groups });

  const queue = async (job: InteractionJob | NewTalkJob, timeLeftMs: () => number): Promise<void> => {
    const send = async (whole: Job): Promise<void> =>
      sendAll([whole], async (each) => deps.sender.send(each, { timeoutMs: timeLeftMs() }), { count: () => undefined, log, lost });
    if (job.kind === 'interaction') await send(job);
    else await order.next(job.chat, job.id, async (after) => send({ ...job, after }));
  };
  const talked = async (job: NewTalkJob | null, outcome: string, timeLeftMs: () => number): Promise<string> => {
    if (!job) return 'ignored-no-change';
    await queue(job, timeLeftMs);
    return outcome;
  };

  const talk = async (post: TelegramPost, timeLeftMs: () => number): Promise<string> => {
    const { from } = post;
    if (from === null || !isSomebody(post)) return 'ignored-nobody';
    if (!post.saysSomething) return 'ignored-service';
    const found = addressed(post, ourselves());
    if (found === 'unknown') throw new AppError('telegram-identity-unknown', 'our name on Telegram is not known yet');
    const album = groups.note(post, { camera: null, isOurs: found !== 'no' });
    if (found === 'no' && !album.isOurs) return 'ignored-not-for-us';
    const said = found === 'no' ? { text: post.text } : found;
    await queue(saidJob(post, from, said, { ids, envelope }), timeLeftMs);
    return 'talk';
  };

  const post = async ({ post, isEdited }: PostUpdate, timeLeftMs: () => number): Promise<string> => {
    const chat = String(post.chat.id);
    const moved = movedJob(post, ids);
    if (moved) {
      // Either of the two chats may tell of it first.
      const [from, to] = post.movedTo === null ? [post.movedFrom ?? post.chat.id, post.chat.id] : [post.chat.id, post.movedTo];
      if (!followed.has(from)) follow(from, to, deps);
      followed.add(from);
      return talked(moved, 'moved', timeLeftMs);
    }
    const hasPicture = post.picture !== null || post.isBroken;
    if (hasPicture && deps.readChats.has(chat)) return takePicture(post, isEdited, timeLeftMs);
    // An edit also comes for changes that nobody sees, and what was said has been answered: a dialog is corrected with its buttons.
    return isEdited ? 'ignored-edited' : talk(post, timeLeftMs);
  };

  const take = async (update: Update, timeLeftMs: () => number): Promise<Taken> => {
    if (update.kind === 'post') return { outcome: await post(update, timeLeftMs), click: null };
    if (update.kind === 'membership') {
      return { outcome: await talked(membershipJob(update, ids), 'membership', timeLeftMs), click: null };
    }
    if (update.kind === 'click') {
      const { id } = update.click;
      const job = clickJob(update, ids, now());
      if (!job) return { outcome: 'ignored-old-button', click: { id, text: tooOld } };
      await queue(job, timeLeftMs);
      const isAskedFor = job.kind === 'talk' && job.what.did === 'naming' && !job.isPrivate;
      return { outcome: job.kind === 'talk' ? 'talk' : 'press', click: { id, text: isAskedFor ? askedElsewhere : null } };
    }
    if (update.kind === 'malformed') rarely('malformed', (times) => log.warn({ times }, 'an update cannot be understood: it was left out'));
    return { outcome: `ignored-${update.kind}`, click: null };
  };

  return async (body, timeLeftMs) => {
    const update = parseUpdate(body);
    try {
      const taken = await take(update, timeLeftMs);
      telegramMetrics.update(update.name, taken.outcome);
      if (update.kind === 'post') telegramMetrics.lag(now() - update.post.postedAtMs);
      return taken;
    } catch (error) {
      if (error instanceof AppError && passing.has(error.code)) {
        telegramMetrics.update(update.name, error.code);
        throw error;
      }
      // Delivered again it would fail again, and hold up all that comes after it in its chat.
      const isRefused = error instanceof AppError && error.code === 'job-refused';
      if (!isRefused) log.error({ err: error, kind: update.name }, 'an update could not be taken: it was left out');
      const outcome = isRefused ? 'refused' : 'failed';
      telegramMetrics.update(update.name, outcome);
      return { outcome, click: update.kind === 'click' ? { id: update.click.id, text: null } : null };
    }
  };
}
