import { AppError, toAppError } from '@watchpost/shared/errors';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Changed } from '@watchpost/feeds/feed-store';
import type { Feed, Feeds } from '@watchpost/feeds/feed';
import { outcomeOf, type EntryCounts } from '../entry-counts.ts';
import { unreadableLog } from '../unreadable-log.ts';
import { open, type Happened, type MessageEntryJob, type OpenEntryDeps } from './1-open.ts';
import { createJudging, type JudgeDeps } from './2-judge.ts';
import { apply, type ApplyDeps } from './4-apply.ts';
import { createAskProfiles, type AskProfilesDeps } from './5-profiles.ts';
import { handOff, type HandOffDeps } from './6-hand-off.ts';
import { createWho, type WhoDeps } from './who.ts';
import { bringVisit, type VisitEntryDeps } from './visit.ts';

export interface EntryDeps
  extends OpenEntryDeps, Omit<JudgeDeps, 'who'>, Omit<ApplyDeps, 'who'>, Omit<AskProfilesDeps, 'profiles'>, HandOffDeps, VisitEntryDeps {
  platformFor: OpenEntryDeps['platformFor'] & WhoDeps['platformFor'];
  profiles: WhoDeps['profiles'] & AskProfilesDeps['profiles'];
  sender: HandOffDeps['sender'];
  feeds: Pick<Feeds, 'of'>;
  entryCounts: EntryCounts;
  log: Logger;
}

/** Processes read the file of feeds within some seconds of each other: so many attempts take longer. */
const mostUnknown = 5;

/** A feed that ingest knows already, and this process does not. */
function unknownOf(job: EntryJob, feeds: readonly Feed[]): string | undefined {
  const taking = 'takenBy' in job ? (job.takenBy ?? []) : [];
  return taking.find((each) => feeds.every(({ slug }) => slug !== each));
}

/** Brings what happened to a message, or to a visit, into the feeds of its channel. Whoever dies in between does all of it again. */
export function createEntryHandler(deps: EntryDeps): JobHandler<'entry'> {
  const who = createWho(deps);
  const askProfiles = createAskProfiles(deps);
  const onUnreadable = unreadableLog(deps);
  return async (job, { attempt }, signal) => {
    const feeds = deps.feeds.of(job.channel);
    const changed = feeds.length === 0 ? [] : await bring(job, feeds, { ...deps, who, onUnreadable }, signal);
    for (const { entry } of changed) {
      await askProfiles(entry, signal);
      await handOff(entry, deps);
    }
    count(job, feeds, changed, deps);
    const unknown = attempt > mostUnknown ? undefined : unknownOf(job, feeds);
    if (unknown !== undefined) throw new AppError('handoff-waiting', `no feed is called ${unknown}: is FEEDS_FILE the same everywhere?`);
    return changed.length === 0 ? 'idle' : undefined;
  };
}

/** With what one handler makes for all its jobs. */
type BringDeps = EntryDeps & Pick<ApplyDeps, 'who'> & JudgeDeps;

async function bring(job: EntryJob, feeds: readonly Feed[], deps: BringDeps, signal: AbortSignal): Promise<Changed[]> {
  if (job.change === 'visit') {
    const boards = feeds.filter(({ source }) => source === 'visits');
    return boards.length === 0 ? [] : bringVisit(job, boards, deps, signal);
  }
  if (job.change === 'decided') return decided(job, feeds, deps, signal);
  const happened = await open(job, deps, signal);
  try {
    return await bringIn(happened, feeds, deps, signal);
  } catch (thrown) {
    if (happened.kind !== 'reaction' || toAppError(thrown).code !== 'envelope-unreadable') throw thrown;
    // What waits for approval was sealed with a key that is gone. The message still says it, and has the reactions.
    deps.onUnreadable?.();
    const { channel, messageId, atUs } = happened;
    const check: MessageEntryJob = { ...job, change: 'check', channel, messageId, thread: null, atUs, takenBy: [] };
    return bringIn(await open(check, deps, signal), feeds, deps, signal);
  }
}

/** The entries that an editor decided about. The platform is not asked: what it does not list any more may still be shown. */
async function decided(
  { messageId }: Pick<EntryJob, 'messageId'>,
  feeds: readonly Feed[],
  { entries }: Pick<EntryDeps, 'entries'>,
  signal: AbortSignal,
): Promise<Changed[]> {
  const found = await Promise.all(feeds.map(async ({ slug }) => entries.get(slug, messageId, signal)));
  return found.flatMap((entry) => (entry ? { entry, isVisible: false } : []));
}

async function bringIn(happened: Happened, feeds: readonly Feed[], deps: BringDeps, signal: AbortSignal): Promise<Changed[]> {
  const judge =
    happened.kind === 'written'
      ? createJudging(happened.message, deps)
      : async () => Promise.reject(new AppError('internal', 'nothing was written that could be judged'));
  const changed: Changed[] = [];
  for (const feed of feeds) {
    const each = await apply(happened, feed, judge, deps, signal);
    if (each) changed.push(each);
  }
  return changed;
}

function count(job: EntryJob, feeds: readonly Feed[], changed: readonly Changed[], { entryCounts, now, log }: EntryDeps): void {
  for (const { entry, isVisible } of changed) {
    const outcome = outcomeOf(entry);
    entryCounts.entry(outcome);
    if (isVisible && entry.published) entryCounts.published(now() - job.atUs / 1_000);
    log.debug({ entry: entry.id, change: job.change, outcome }, 'entry changed');
  }
  if (changed.length === 0) for (const _feed of feeds) entryCounts.entry('ignored');
}
