import { wordsOf } from './commands/words-deps.ts';
import { setMaxListeners } from 'node:events';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobContext, JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { TalkJob } from '@watchpost/shared/jobs/talk-job';
import { within } from '@watchpost/shared/wait';
import { isGalleryMissing } from '../gallery-ready.ts';
import { talkOf } from '../offered.ts';
import { faceCommandIn, runFaceCommand } from './face-commands.ts';
import { isClosed, keyOf, quietly, refuse, roleOf, talkerOf, type Talked } from './admission.ts';
import { messageOf } from './answering.ts';
import type { TalkDeps } from './deps.ts';
import { endDialog, kindOf } from './ending.ts';
import { longestWorkMs } from './line.ts';
import { beginNaming } from './naming/begin-naming.ts';
import { receivePicture } from './picture/receive-picture.ts';
import { pressed } from './pressed.ts';
import { codeIn, redeemed, said, textOf } from './said.ts';

export type { TalkDeps } from './deps.ts';

/** Whom a process told that the gallery is away: it is said once, however often the job is tried. */
const mostHeld = 1_000;

/**
 * Goes on with a conversation, one chat's jobs in their order. A retry goes on where the last attempt stopped. Whoever waits is told
 * when no further attempt follows.
 */
export function createTalkHandler(deps: TalkDeps): JobHandler<'talk'> {
  const held = new Set<string>();
  return async (job, context, signal) => {
    if (job.what.did === 'nothing') return 'idle';
    const platform = deps.platformFor(job.chat);
    const asked = { job, configuredAs: job.chat, platform, talk: talkOf(platform), attempt: context.attempt };
    const turn = await enter(asked, held, deps, signal);
    if (!turn) return 'idle';
    const working = within(signal, longestWorkMs);
    // Much is done at once.
    setMaxListeners(0, working);
    try {
      const configuredAs = job.isPrivate ? null : await deps.moves.formerOf(job.chat, working);
      await talkOn(configuredAs === null ? asked : { ...asked, configuredAs }, deps, working);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (isClosed(error)) {
        await turn.leave('done');
        return 'idle';
      }
      const isOver = isLast(error, context);
      if (!signal.aborted) await tell(asked, error, { isOver, held }, deps, signal);
      await turn.leave(isOver ? 'done' : 'again');
      throw error;
    }
    await turn.leave('done');
    return undefined;
  };
}

/** Takes the chat for the job. Whoever waits for a database that is away is told so. */
async function enter(talked: Talked, held: Set<string>, deps: TalkDeps, signal: AbortSignal): ReturnType<TalkDeps['line']['enter']> {
  try {
    return await deps.line.enter(talked.job, signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (isGalleryMissing(error) && !signal.aborted) await tell(talked, error, { isOver: false, held }, deps, signal);
    throw error;
  }
}

const isLast = ({ retry, retryAfterMs }: AppError, { lastAttempt }: JobContext): boolean =>
  retry === 'permanent' || (lastAttempt && retry === 'transient' && retryAfterMs === undefined);

/** Tells whoever waits that it failed, or must wait long. Never rejects. */
async function tell(
  talked: Talked,
  error: AppError,
  { isOver, held }: { isOver: boolean; held: Set<string> },
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { job, talk } = talked;
  const words = wordsOf(job.by, deps).talk;
  const isHeld = isGalleryMissing(error) && !held.has(job.id);
  if ((!isOver && !isHeld) || ['due', 'membership', 'moved'].includes(job.what.did)) return;
  if (isHeld) {
    if (held.size >= mostHeld) held.clear();
    held.add(job.id);
  }
  const text = isOver ? (error.code === 'internal' ? words.failed() : words.failedBecause(error.message)) : words.later();
  try {
    // A stranger must not learn by a failure that somebody is here.
    if (await isKnown(talked, deps, signal)) await talk.send({ chat: job.chat, replyTo: null }, messageOf(text), signal);
  } catch (err) {
    deps.log.warn({ err, talk: job.id }, 'could not tell somebody that a conversation failed');
  }
}

/** While the database is away, only those count whom the configuration lets in. */
async function isKnown(talked: Talked, { access }: TalkDeps, signal: AbortSignal): Promise<boolean> {
  const { platform, job, talk } = talked;
  if (talk.configured.has(keyOf(platform, job.by.member))) return true;
  try {
    return (await talkerOf(talked, access, signal)) !== null;
  } catch (error) {
    if (isGalleryMissing(error)) return false;
    throw error;
  }
}

async function talkOn(talked: Talked, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const { job } = talked;
  const { what } = job;
  switch (what.did) {
    case 'said': {
      const text = textOf(job, what.sealed, deps);
      const code = text === null ? null : codeIn(text);
      if (code !== null && (await redeemed(talked, code, deps, signal))) return;
      const faces = text === null ? null : faceCommandIn(text);
      if (faces !== null) return runFaceCommand(faces, what, talked, deps, signal);
      await admitted(talked, deps, signal, async (talker) => {
        if (text === null)
          await talker.talk.send({ chat: job.chat, replyTo: null }, messageOf(wordsOf(talker, deps).talk.unreadable()), signal);
        else await said(what, text, talker, deps, signal);
      });
      return;
    }
    case 'sent':
      return admitted(talked, deps, signal, async (talker) => receivePicture(what, talker, deps, signal));
    case 'pressed': {
      // A stranger has no buttons: these are of somebody else, or of a time when they were let in.
      const talker = await talkerOf(talked, deps.access, signal);
      return talker ? pressed(what, talker, deps, signal) : undefined;
    }
    case 'naming':
      return beginNaming(what, talked, deps, signal);
    case 'due':
      return due(what, talked, deps, signal);
    case 'membership':
      return membership(what.isIn, talked, deps, signal);
    case 'moved':
      return moved(what.to, talked, deps, signal);
    case 'nothing':
      return undefined;
    default:
      return what satisfies never;
  }
}

async function admitted(
  talked: Talked,
  deps: TalkDeps,
  signal: AbortSignal,
  work: (talker: NonNullable<Awaited<ReturnType<typeof talkerOf>>>) => Promise<void>,
): Promise<void> {
  const talker = await talkerOf(talked, deps.access, signal);
  return talker ? work(talker) : refuse(talked, deps, signal);
}

type Due = Extract<TalkJob['what'], { did: 'due' }>;

/** The time of a dialog has come: it has run out, or asked for this. */
async function due(
  { dialog: id, atMs: plannedMs }: Due,
  { job, platform, talk }: Talked,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const dialog = await deps.dialogs.get(id, signal);
  if (dialog?.chat !== job.chat) return;
  const at = { platform, talk, chat: dialog.chat, plannedMs };
  if (dialog.expiresAtMs <= Date.now()) await endDialog(dialog, 'expired', at, deps, signal);
  else await kindOf(dialog)?.due?.(dialog, at, deps, signal);
}

/** Whom an admin puts us to is let in with that; any other group is left. */
async function membership(isIn: boolean, talked: Talked, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const { access } = deps;
  const { job, configuredAs, platform, talk } = talked;
  if (
    !isIn ||
    job.isPrivate ||
    talk.homes.has(configuredAs) ||
    talk.configured.has(configuredAs) ||
    (await roleOf(job.chat, talk, access, signal))
  )
    return;
  const who = keyOf(platform, job.by.member);
  if ((await roleOf(who, talk, access, signal)) !== 'admin') return refuse(talked, deps, signal);
  await access.admit(job.chat, 'member', who, signal);
  await quietly(talk.send({ chat: job.chat, replyTo: null }, messageOf(wordsOf(job.by, deps).talk.letInGroup()), signal));
}

async function moved(
  to: TalkJob['chat'],
  { job, talk }: Talked,
  { access, dialogs, moves, log }: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const isConfigured = talk.configured.has(job.chat) || talk.homes.has(job.chat);
  // First, so that whoever writes there meanwhile is no stranger.
  if (isConfigured) await moves.record(job.chat, to, signal);
  await access.moved(job.chat, to, signal);
  await dialogs.moved(job.chat, to, signal);
  if (isConfigured) log.warn({ from: job.chat, to }, 'a configured chat has another id now: the configuration must name the new one');
}
