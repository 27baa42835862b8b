import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { PostProgress } from '@watchpost/shared/chat/posts';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Visit } from '@watchpost/visits/visit';
import { writeChannelOf } from '../offered.ts';
import type { KeepLease } from '../alone.ts';
import { change, type GatherDeps, type Gathered } from './1-gather.ts';
import type { Described } from './2-describe.ts';
import { planFor, type PicturePlan } from './3-choose-picture.ts';
import { annotate, type AnnotateDeps } from './4-annotate.ts';

export interface SendDeps extends AnnotateDeps, Pick<GatherDeps, 'visits'> {
  platform: ConnectedPlatform;
  keepLease: KeepLease;
}

/** So many other snapshots are tried when one was deleted before it could be drawn. */
const mostOthers = 4;
/** Before the next attempt drops what it must not post, milliseconds. */
const againMs = 1_000;

/** Posts a visit for the first time, or sees an earlier attempt through. Resolves to the visit as stored. */
export async function send(
  gathered: Gathered,
  { post, hash }: Described,
  plan: PicturePlan | null,
  deps: SendDeps,
  signal: AbortSignal,
): Promise<Visit> {
  const { visit } = gathered;
  const { platform, keepLease } = deps;
  const channel = visit.post?.channel ?? writeChannelOf(platform);
  let known = visit.post?.progress ?? null;
  // What is in the channel then may be what an earlier attempt said.
  const lost = known?.state === 'asked' ? known : null;
  let drawn = plan;
  let stored = visit;
  const save = async (progress: PostProgress): Promise<void> => {
    await keepLease();
    const before = known;
    // Nothing came of it. Before the visit is posted, what bears a name that is said no more is dropped.
    const isStale = (now: Visit): boolean => lost !== null && before === lost && progress.state !== 'posted' && mustLose(now);
    const isNewFile = progress.fileId !== null && progress.fileId !== before?.fileId;
    const isBare = progress.state === 'posted' && progress.fileId === null;
    const seen = {
      ...(isNewFile && drawn && { picture: pictureOf(drawn) }),
      // The platform could not show the picture in time: the post says so until it has one.
      ...(isBare && { picture: null }),
      ...(progress.state === 'posted' && { shownHash: lost || (isBare && plan) ? null : hash }),
    };
    const step = (now: Visit): PostProgress => (isStale(now) ? { ...progress, state: 'uploaded', askedAtMs: null } : progress);
    const saved = (now: Visit): Visit => ({ ...withProgress(now, channel, before, step(now)), ...seen });
    stored = await change(deps, visit.id, saved, signal);
    if (isStale(stored)) throw new AppError('visit-busy', 'somebody goes from the visit before it is posted', { retryAfterMs: againMs });
    known = progress;
  };
  const bytes = async (): Promise<Uint8Array> => {
    const picture = await firstOf(plan ? [plan, ...others(gathered, plan)] : [], deps, signal);
    drawn = picture.plan;
    return picture.bytes;
  };
  const picture = plan && post.picture ? { bytes, fileName: `${visit.id}.jpg`, ...post.picture } : null;
  const progress = await platform.posts.send({ channel, key: visit.id, post, picture, thread: null, progress: known }, save, signal);
  if (!isSame(progress, known)) await save(progress);
  return stored;
}

/** The visit with a step of its post. Throws `visit-busy` if another job has taken a step that this one does not know. */
function withProgress(now: Visit, channel: ChannelKey, before: PostProgress | null, progress: PostProgress): Visit {
  const stored = now.post?.progress ?? null;
  if (!isSame(stored, before) && !isSame(stored, progress)) throw new AppError('visit-busy', 'another job posts this visit');
  return { ...now, post: { channel, progress } };
}

/** Whether somebody goes from it who is forgotten, or who took back their consent. */
export const mustLose = ({ picturesGo, forgets = [] }: Visit): boolean => picturesGo === true || forgets.length > 0;

/** As the visit keeps it. */
export const pictureOf = ({ snapshotId, numbers, drawn }: PicturePlan): NonNullable<Visit['picture']> => ({ snapshotId, numbers, drawn });

export function isSame(one: PostProgress | null, other: PostProgress | null): boolean {
  return (
    one?.state === other?.state &&
    one?.fileId === other?.fileId &&
    one?.askedAtMs === other?.askedAtMs &&
    one?.messageId === other?.messageId
  );
}

/** Other snapshots with somebody on them: those that show most first. */
function others({ visit, ...gathered }: Gathered, { snapshotId: not }: PicturePlan): PicturePlan[] {
  const candidates = visit.snapshots.flatMap(({ snapshotId }) => (snapshotId === not ? [] : planFor(gathered, snapshotId)));
  return candidates
    .filter(({ numbers }) => numbers.length > 0)
    .sort((a, b) => b.numbers.length - a.numbers.length)
    .slice(0, mostOthers);
}

/** The first picture that can be drawn: a snapshot may have been deleted since. Rejects as the last one does. */
async function firstOf(
  plans: readonly PicturePlan[],
  deps: SendDeps,
  signal: AbortSignal,
): Promise<{ plan: PicturePlan; bytes: Uint8Array }> {
  let last: unknown = new AppError('file-gone', 'no snapshot of the visit is left');
  for (const plan of plans) {
    try {
      return { plan, bytes: await annotate(plan, deps.platform.chat, deps, signal) };
    } catch (error) {
      if (toAppError(error).retry !== 'permanent') throw error;
      last = error;
    }
  }
  throw last;
}
