import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { openedOrNull } from '@watchpost/shared/jobs/sealed';
import type { Written, WrittenMessage } from '@watchpost/shared/chat/written';
import type { Envelope } from '@watchpost/shared/envelope';
import type { Entry } from '@watchpost/feeds/entry';
import type { Changed, Entries } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import { openVersion } from '@watchpost/feeds/store/entries';
import { alone } from '../alone.ts';
import { describeVisit, namedIn, type KnownVisit } from '../board/describe-visit.ts';
import { knowVisit, type KnowVisitDeps } from '../board/know-visit.ts';

export interface VisitEntryDeps extends KnowVisitDeps {
  documents: DocumentStore;
  entries: Pick<Entries, 'apply' | 'get'>;
  /** What waits for approval is sealed in it. */
  envelope: Envelope;
  now: () => number;
}

type VisitEntryJob = Extract<EntryJob, { change: 'visit' }>;

const leaseMs = 60_000;
const comeAgainMs = 250;
const nobody: Written = { blocks: [], pictures: [], otherFiles: 0 };

/**
 * Brings a visit into the boards as the gallery knows it now. Only one process at a time does: a later reading is a later version, so nobody
 * puts back a name that is gone.
 */
export function bringVisit(job: VisitEntryJob, boards: readonly Feed[], deps: VisitEntryDeps, signal: AbortSignal): Promise<Changed[]> {
  const busy = (): AppError => new AppError('visit-busy', 'another job brings this visit to the boards', { retryAfterMs: comeAgainMs });
  const bring = async (): Promise<Changed[]> => {
    const known = await knowVisit(job.visitId, deps, signal);
    if (!known) return [];
    const changed: Changed[] = [];
    for (const feed of boards) changed.push(...(await bringTo(feed, known, job, deps, signal)));
    return changed;
  };
  return alone(deps.documents, { id: `board-${job.visitId}`, leaseMs, busy }, bring, signal);
}

async function bringTo(
  feed: Feed,
  known: KnownVisit,
  job: VisitEntryJob,
  { entries, envelope, now }: VisitEntryDeps,
  signal: AbortSignal,
): Promise<Changed[]> {
  const entry = await entries.get(feed.slug, job.messageId, signal);
  const isThere = entry !== null && entry.author !== null;
  const written = describeVisit(known, feed);
  if (!isThere && (!feed.isOpen || !written)) return [];
  const postedAtMs = known.visit.post?.progress?.askedAtMs ?? known.view.toMs;
  // An approval may come as soon as the post is there: the first version is as old as that.
  const atUs = isThere ? Math.max(now() * 1_000, newestOf(entry) + 2) : postedAtMs * 1_000;
  const versionOf = (what: Written, us: number): WrittenMessage => ({
    channel: job.channel,
    messageId: job.messageId,
    thread: null,
    author: { member: null, bot: null, app: null },
    postedAtMs,
    isDirect: false,
    isEdited: false,
    isBroadcast: false,
    atUs: us,
    reactions: null,
    written: what,
  });
  const put = (what: Written | null, us: number): Promise<Changed> =>
    entries.apply(
      feed,
      { kind: 'written', message: versionOf(what ?? nobody, us), withheld: what ? null : 'may-not-post', marks: null },
      signal,
    );
  // What waits for approval leaves the versions before where they are, and an approval may come late: none may name somebody who is gone.
  const isTakenBack =
    written !== null && entry !== null && saidBefore(entry, envelope).some((before) => !before || losesNames(before, written));
  return [...(isTakenBack ? [await put(null, atUs - 1)] : []), await put(written, atUs)];
}

/** Whatever the clocks say: who has approved so far has not seen what comes now. */
const newestOf = ({ versions, marks }: Entry): number => Math.max(0, ...[...versions, ...marks].map(({ atUs }) => atUs));

/** What readers see, and what they would after an approval; null: it cannot be read. */
export function saidBefore({ id, published, versions }: Entry, envelope: Envelope): (Written | null)[] {
  const waiting = versions.filter(({ sealed }) => sealed !== null).map((version) => openedOrNull(() => openVersion(envelope, id, version)));
  return [...(published ? [published.written] : []), ...waiting];
}

/** Two may have the same name. */
function losesNames(before: Written, now: Written): boolean {
  const names = namedIn(now);
  return namedIn(before).some((name) => {
    const at = names.indexOf(name);
    if (at !== -1) names.splice(at, 1);
    return at === -1;
  });
}
