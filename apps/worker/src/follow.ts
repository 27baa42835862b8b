import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { epochId, epochKind, readEpoch } from '@watchpost/shared/documents/epoch';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { ShownNames } from '@watchpost/privacy/consent/shown-names';
import { createKnownPosts, isRefusedNow } from '@watchpost/privacy/receipts/known-posts';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { Visit } from '@watchpost/visits/visit';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import { z } from 'zod';

export interface FollowDeps {
  documents: DocumentStore;
  questions: Pick<GalleryQuestions, 'changedSince'>;
  gallery: Pick<Gallery, 'position' | 'isReady'>;
  visits: Visits;
  sender: JobSender;
  /** Takes those of them who are forgotten out of digests and messages. */
  forget: (personIds: readonly string[], signal: AbortSignal) => Promise<void>;
  /** See ShownNames: all posts of these are said again that have a visit. */
  tookBack?: ShownNames['tookBack'] | undefined;
  sendTimeoutMs: number;
}

const [kind, id] = ['cursor', 'follow'];
const cursorSchema = z.object({
  /** Of the history that `version` belongs to: a restored gallery has another one. */
  epoch: z.string(),
  /** Up to where changes have been seen. */
  version: z.number(),
  /** The visits whose posts are still to be edited, newest first. */
  waiting: z.array(z.string()),
  /** Those that name somebody who took back their consent: all of them, and beside the others, so that none pushes another out. */
  nameless: z.array(z.string()).default([]),
  /** Of those, what was queued and was not seen to be said yet: a queue can lose its jobs. */
  owed: z
    .array(
      z.object({
        visitId: z.string(),
        /** What the post says is of this revision of the visit, or of a later one, once it was said. */
        revision: z.number(),
        /** How often it was asked for. */
        times: z.number(),
        /** When to look whether it was said: milliseconds since 1970. */
        lookAtMs: z.number(),
      }),
    )
    .default([]),
});
type Cursor = z.infer<typeof cursorSchema>;
type Owed = Cursor['owed'][number];

/** Older posts keep what they say, milliseconds. */
export const followedMs = 7 * 86_400_000;
/** Clocks differ by less: what is seen that much later never bore the name. Milliseconds. */
const skewMs = 60_000;
/** Posts edited in one go: a channel takes one edit a second. */
const atOnce = 30;
/** A person may be in thousands of visits: the newest are what people look at. */
const mostWaiting = 2_000;
/** What is owed is asked for again after the first time, then after twice that, at last once a day: the platform may refuse it. Milliseconds. */
const again = { firstMs: 10 * 60_000, mostMs: 86_400_000 };

/**
 * Edits the posts that show a person who was changed, by whomever: each call reads the gallery's changes since the last one, and queues the
 * edits of some posts, newest first.
 */
export async function follow(deps: FollowDeps, signal: AbortSignal): Promise<void> {
  const { documents, gallery, questions } = deps;
  // Until then nobody knows which history this is.
  if (!gallery.isReady()) return;
  const { document, nowMs } = await documents.get(kind, id, signal);
  const { epoch } = gallery.position();
  const stored = document ? cursorSchema.parse(document.body) : null;
  const cursor = stored?.epoch === epoch ? stored : await beginningOf(epoch, stored, deps, signal);
  const { version, personIds } = await questions.changedSince(cursor.version, signal);
  const nameless = [...new Set([...(await namelessOf(personIds, deps, signal)), ...cursor.nameless])];
  const others = new Set([...(await shownOf(personIds, nowMs - followedMs, deps, signal)), ...cursor.waiting]);
  for (const visitId of nameless) others.delete(visitId);
  const waiting = [...others].slice(0, mostWaiting);
  const due = cursor.owed.filter(({ lookAtMs }) => lookAtMs <= nowMs || lookAtMs > nowMs + again.mostMs).slice(0, atOnce);
  let revision = document?.revision ?? 0;
  const save = async (body: Cursor): Promise<void> => {
    const put = await documents.put({ kind, id, revision, atMs: nowMs, keys: [], expiresAtMs: null, body }, signal);
    revision = put.revision;
  };
  await deps.forget(personIds, signal);
  // First what is to be done, then the doing: whoever is killed in between does it again.
  if (cursor !== stored || version !== cursor.version || personIds.length > 0) await save({ ...cursor, version, waiting, nameless });
  if (nameless.length + waiting.length + due.length === 0) return;
  const asked = await askFor(nameless.slice(0, atOnce), due, { ...deps, nowMs }, signal);
  for (const visitId of waiting.slice(0, atOnce)) await queueEdit(visitId, deps, signal);
  const looked = new Set([...due, ...asked].map(({ visitId }) => visitId));
  const owed = [...cursor.owed.filter(({ visitId }) => !looked.has(visitId)), ...asked];
  await save({ epoch, version, waiting: waiting.slice(atOnce), nameless: nameless.slice(atOnce), owed });
}

/** Queues the edits of these visits, and again of those of `due` that were not said nor refused a moment ago. Resolves to what is owed of all that now. */
async function askFor(
  nameless: readonly string[],
  due: readonly Owed[],
  deps: FollowDeps & { nowMs: number },
  signal: AbortSignal,
): Promise<Owed[]> {
  const wanted = new Map(nameless.map((visitId) => [visitId, 0]));
  const owed: Owed[] = [];
  const knownPosts = createKnownPosts(deps.documents);
  for (const each of due) {
    const { visitId, revision, times } = each;
    if (wanted.has(visitId)) continue;
    const visit = await deps.visits.get(visitId, signal);
    if (visit?.post?.progress?.state !== 'posted' || visit.shownRevision >= revision) continue;
    const post = await knownPosts.get({ kind: 'visit', id: visitId }, signal);
    if (post && isRefusedNow(post, deps.nowMs)) owed.push({ ...each, lookAtMs: deps.nowMs + again.firstMs });
    else wanted.set(visitId, times);
  }
  for (const [visitId, times] of wanted) {
    const revision = await queueEdit(visitId, deps, signal);
    const lookAtMs = deps.nowMs + Math.min(again.firstMs * 2 ** times, again.mostMs);
    if (revision !== null) owed.push({ visitId, revision, times: times + 1, lookAtMs });
  }
  return owed;
}

/**
 * Where to begin in a history that is not known yet. After a restore that is the version of the restore: whoever was forgotten, renamed, or took
 * back a consent since then is followed, however late this process comes. Posts that were to lose a name before still are: they are all asked for.
 */
async function beginningOf(
  epoch: string,
  before: Cursor | null,
  { documents, questions }: FollowDeps,
  signal: AbortSignal,
): Promise<Cursor> {
  const { version: newest } = await questions.changedSince(0, signal);
  const since = readEpoch((await documents.get(epochKind, epochId, signal)).document)?.sinceVersion;
  const version = since !== undefined && since > 0 ? Math.min(since, newest) : newest;
  const nameless = before ? [...before.nameless, ...before.owed.map(({ visitId }) => visitId)] : [];
  return { epoch, version, waiting: [], nameless, owed: [] };
}

/** The posted visits since then in which one of these persons is, newest first. */
async function shownOf(personIds: readonly string[], sinceMs: number, { visits }: FollowDeps, signal: AbortSignal): Promise<string[]> {
  if (personIds.length === 0) return [];
  const found = await visits.withPersons(personIds, sinceMs, signal);
  return found.filter(({ post }) => post?.progress?.state === 'posted').map(({ id: visitId }) => visitId);
}

/** All posted visits, however old, of those among them who took back their consent. */
async function namelessOf(personIds: readonly string[], deps: FollowDeps, signal: AbortSignal): Promise<string[]> {
  const nameless = personIds.length === 0 ? [] : [...((await deps.tookBack?.(personIds, signal)) ?? new Map<string, number>()).keys()];
  return shownOf(nameless, 0, deps, signal);
}

/** A visit that is written again has a new revision, so that its job is no job that was done before. Resolves to it; null: no post shows the visit any more. */
async function queueEdit(
  visitId: string,
  { visits, sender, sendTimeoutMs, tookBack }: FollowDeps,
  signal: AbortSignal,
): Promise<number | null> {
  const before = await visits.get(visitId, signal);
  if (before?.post?.progress?.state !== 'posted') return null;
  const silent = await tookBack?.([...before.persons, ...(before.named ?? [])], signal);
  const namelessSinceMs = Math.max(0, ...(silent?.values() ?? []));
  const bears = ({ namelessSinceMs: doneMs = 0, snapshots }: Visit): boolean =>
    namelessSinceMs > doneMs && snapshots.some(({ takenAtMs }) => takenAtMs < namelessSinceMs + skewMs);
  const without = (now: Visit): Visit => (bears(now) ? { ...now, picturesGo: true, namelessSinceMs } : now);
  const visit = await changeVisit(visits, visitId, without, signal);
  if (!visit) return null;
  await sender.send({ v: 1, kind: 'visit', visitId, revision: visit.revision, why: 'edit' }, { timeoutMs: sendTimeoutMs });
  return visit.revision;
}
