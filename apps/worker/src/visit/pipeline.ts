import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import type { JobHandler, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { VisitJob } from '@watchpost/shared/jobs/visit-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Verdict, Visit } from '@watchpost/visits/visit';
import { alone, type KeepLease, type WorkLease } from '../alone.ts';
import type { PublishVisit } from '../board/publish-visit.ts';
import { requireReady } from '../gallery-ready.ts';
import type { StepTimer } from '../step-timer.ts';
import { change, gather, isOutOfDate, type GatherDeps, type Gathered } from './1-gather.ts';
import { describe, type DescribeDeps } from './2-describe.ts';
import { choosePicture } from './3-choose-picture.ts';
import type { AnnotateDeps } from './4-annotate.ts';
import { mustLose, send } from './5-send.ts';
import { edit, shownOf } from './6-edit.ts';
import { dropUnposted, isLeftBehind, removePictures } from './7-remove-pictures.ts';
import { changePicture, type PictureDeps } from './8-change-picture.ts';
import { notePost } from './note-post.ts';
import { isRefusedEdit } from './refused-edit.ts';
import { stillShown } from './remove-file.ts';
import type { TellSubscribers } from './tell-subscribers.ts';

export interface VisitDeps extends GatherDeps, DescribeDeps, AnnotateDeps, Pick<PictureDeps, 'keepsPictures'> {
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  documents: DocumentStore;
  sender: JobSender;
  log: Logger;
  timed: StepTimer;
  tellSubscribers: TellSubscribers;
  publishVisit: PublishVisit;
  /** Counts what became of a visit. */
  decided: (verdict: Verdict) => void;
  /** How long to wait for the queue to take a job, milliseconds. */
  sendTimeoutMs: number;
}

/** So often a visit is said again in one go. */
const mostTimes = 3;
/** Milliseconds. */
const comeAgainMs = 1_000;
/** Milliseconds. */
const changingAgainMs = 2_000;

/** Makes the post of one visit say what is known now: posts it, edits it, or finds that nothing is to be said. */
export function createVisitHandler(deps: VisitDeps): JobHandler<'visit'> {
  return async (job, { attempt }, signal) => {
    const log = deps.log.child({ visit: job.visitId, why: job.why, attempt });
    const found = await deps.visits.get(job.visitId, signal);
    if (!found) throw new AppError('visit-missing', 'there is no such visit: it has expired, or a restore has taken it away');
    if (isDone(found, job)) return 'idle';
    // It was posted meanwhile: what has come since can wait for more.
    if (job.why === 'post' && shownOf(found)) {
      await deps.sender.send({ ...job, why: 'edit', revision: found.revision }, { timeoutMs: deps.sendTimeoutMs });
      return 'idle';
    }
    requireReady(deps.gallery);
    const done = await alone(deps.documents, leaseOf(job), (keepLease) => say(job, { ...deps, log }, keepLease, signal), signal).catch(
      async (error: unknown) => {
        if (await isRefusedEdit(error, job.visitId, { ...deps, log }, signal)) return null;
        throw error;
      },
    );
    if (!done) return 'idle';
    for (const { snapshotId } of done.snapshots) deps.files.drop(snapshotId);
    log.info(
      { verdict: done.verdict, camera: done.camera, snapshots: done.snapshots.length, isShown: shownOf(done) !== null },
      'visit done',
    );
    return shownOf(done) ? undefined : 'idle';
  };
}

/** One process at a time posts a visit. */
const leaseOf = ({ visitId }: VisitJob): WorkLease => ({
  id: `visit-${visitId}`,
  leaseMs: 60_000,
  busy: () => new AppError('visit-busy', 'another job works on this visit', { retryAfterMs: comeAgainMs }),
});

/** A post that was deleted is never posted anew. */
function isDone(visit: Visit, { why, revision }: VisitJob): boolean {
  const { post, shownRevision } = visit;
  if (post?.progress?.state === 'gone') return !isLeftBehind(visit);
  return why !== 'tidy' && shownRevision >= revision;
}

/** Says it again, if somebody was changed in the time that it took. */
async function say(job: VisitJob, deps: VisitDeps, keepLease: KeepLease, signal: AbortSignal): Promise<Visit> {
  for (let times = 1; times <= mostTimes; times += 1) {
    const said = await sayOnce(job, deps, keepLease, signal);
    if (said) return said;
  }
  throw new AppError('visit-busy', 'the people in this visit are changed all the time', { retryAfterMs: changingAgainMs });
}

/** Null: what was said is out of date. */
async function sayOnce(job: VisitJob, deps: VisitDeps, keepLease: KeepLease, signal: AbortSignal): Promise<Visit | null> {
  const { timed } = deps;
  const gathered = await timed('gather', () => gather(job.visitId, deps, signal));
  const { visit, view, revision } = gathered;
  if (gathered.before !== visit.verdict) deps.decided(visit.verdict);
  await deps.tellSubscribers({ visit, view }, signal);
  const shown = visit.verdict === 'post' ? await show(gathered, job, deps, keepLease, signal) : visit;
  // Before it counts as done: whoever is killed in between does both again.
  await notePost(shown, view.toMs, deps, signal);
  await deps.publishVisit(shown);
  if (shownOf(shown) && (await isOutOfDate(gathered, deps, signal))) return null;
  // The job that posts it is still to come.
  if (job.why === 'edit' && shownOf(shown) === null) return shown;
  if (shown.shownRevision >= revision) return shown;
  return change(deps, visit.id, (now) => ({ ...now, shownRevision: Math.max(now.shownRevision, revision) }), signal);
}

/** Posts or edits; text first, because that is the truth. */
async function show(gathered: Gathered, { why }: VisitJob, deps: VisitDeps, keepLease: KeepLease, signal: AbortSignal): Promise<Visit> {
  const { timed } = deps;
  const platform = deps.platformFor(gathered.visit.post?.channel ?? gathered.visit.channel);
  const posting = { ...deps, platform, keepLease };
  const visit = await dropUnposted(gathered.visit, posting, signal);
  await stillShown(visit, posting, signal);
  const isNew = shownOf(visit) === null;
  // Another job posts it, or nobody could: an edit, days later perhaps, only sees to it that nothing bears a name that is said no more.
  if (why === 'edit' && isNew && !(visit.post?.progress?.state === 'asked' && mustLose(visit))) return visit;
  const plan = choosePicture(gathered);
  const describeAs = (now: Visit, snapshotId = (now.picture ?? plan)?.snapshotId ?? null) =>
    timed('describe', () => describe({ ...gathered, visit: now }, snapshotId, platform.chat, deps, signal));
  const posted = isNew
    ? await timed('post', async () => send({ ...gathered, visit }, await describeAs(visit), plan, posting, signal))
    : visit;
  const described = await describeAs(posted);
  const edited = await timed('edit', () => edit(posted, described, posting, signal));
  const clean = await removePictures(edited, described, posting, signal);
  // The picture of a new post is the best one that there was, unless an earlier attempt drew it.
  if (isNew && clean.picture && (visit.picture === null || visit.picture.drawn === plan?.drawn)) return clean;
  return timed('picture', () => changePicture(clean, (snapshotId) => describeAs(clean, snapshotId), plan, posting, signal));
}
