import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { epochId, epochKind, readEpoch } from '@watchpost/shared/documents/epoch';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { ShownNames } from '@watchpost/privacy/consent/shown-names';
import { createKnownPosts, isRefusedNow } from '@watchpost/privacy/receipts/known-posts';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { Visit } from '@watchpost/visits/visit';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import { z } from 'zod';
import { createOwedEdits, type OwedEdits } from './owed-edits.ts';

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
  /** Of a process of a former release: those that name somebody who took back their consent. */
  nameless: z.array(z.string()).default([]),
  /** Of those, what it has asked for. */
  owed: z.array(z.object({ visitId: z.string() })).default([]),
});

/** Older posts keep what they say, milliseconds. */
export const followedMs = 7 * 86_400_000;
/** Clocks differ by less: what is seen that much later never bore the name. Milliseconds. */
const skewMs = 60_000;
/** Posts edited in one go: a channel takes one edit a second. */
const atOnce = 30;
/** A person may be in thousands of visits: the newest are what people look at. */
const mostWaiting = 2_000;

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
  const stored = readCursor(document, epoch);
  const since = stored.version ?? (await beginningOf(deps, signal));
  const { version, personIds } = await questions.changedSince(since, signal);
  const nameless = await namelessOf(personIds, deps, signal);
  const others = personIds.filter((personId) => !nameless.includes(personId));
  const shown = await shownOf(others, nowMs - followedMs, deps, signal);
  const waiting = [...new Set([...shown, ...stored.waiting])].slice(0, mostWaiting);
  let revision = document?.revision ?? 0;
  const save = async (left: readonly string[]): Promise<void> => {
    const body = { epoch, version, waiting: left };
    ({ revision } = await documents.put({ kind, id, revision, atMs: nowMs, keys: [], expiresAtMs: null, body }, signal));
  };
  await deps.forget(personIds, signal);
  // First what is to be done, then that the changes were seen, then the doing: whoever is killed in between does it again.
  const owedEdits = createOwedEdits(documents);
  if (stored.version === null) await owedEdits.oweAgain(signal);
  await owedEdits.owe([...(await shownOf(nameless, 0, deps, signal, leavesPictures)), ...stored.inside], signal);
  if (version !== stored.version || personIds.length + stored.inside.length > 0) await save(waiting);
  await editOwed(owedEdits, { ...deps, nowMs }, signal);
  if (waiting.length === 0) return;
  for (const visitId of waiting.slice(0, atOnce)) await queueEdit(visitId, deps, signal);
  await save(waiting.slice(atOnce));
}

/** What of the cursor holds in this history. `version`: null where it is of another one, or there is none. `inside`: the visits that it owes itself. */
function readCursor(document: StoredDocument | null, epoch: string): { version: number | null; waiting: string[]; inside: string[] } {
  if (!document) return { version: null, waiting: [], inside: [] };
  const { nameless, owed, ...cursor } = cursorSchema.parse(document.body);
  const inside = [...nameless, ...owed.map(({ visitId }) => visitId)];
  return cursor.epoch === epoch ? { ...cursor, inside } : { version: null, waiting: [], inside };
}

/** Queues those of the edits that are owed which are due, but not what was said, nor what the platform refused a moment ago. */
async function editOwed(owedEdits: OwedEdits, deps: FollowDeps & { nowMs: number }, signal: AbortSignal): Promise<void> {
  const { documents, visits, nowMs } = deps;
  const knownPosts = createKnownPosts(documents);
  for (const edit of await owedEdits.due(nowMs, atOnce, signal)) {
    const visit = await visits.get(edit.visitId, signal);
    const isOver = !visit || (edit.revision !== null && visit.shownRevision >= edit.revision);
    const post = isOver ? null : await knownPosts.get({ kind: 'visit', id: edit.visitId }, signal);
    if (post && isRefusedNow(post, nowMs)) {
      await owedEdits.postpone(edit, nowMs, signal);
      continue;
    }
    const revision = isOver ? null : await queueEdit(edit.visitId, deps, signal);
    await (revision === null ? owedEdits.done(edit, signal) : owedEdits.asked(edit, revision, nowMs, signal));
  }
}

/**
 * Where to begin in a history that is not known yet. After a restore that is the version of the restore: whoever was forgotten, renamed, or took
 * back a consent since then is followed, however late this process comes.
 */
async function beginningOf({ documents, questions }: FollowDeps, signal: AbortSignal): Promise<number> {
  const { version: newest } = await questions.changedSince(0, signal);
  const since = readEpoch((await documents.get(epochKind, epochId, signal)).document)?.sinceVersion;
  return since !== undefined && since > 0 ? Math.min(since, newest) : newest;
}

/** The visits since then whose posts may show them: those in which one of these persons is, newest first. `also`: further visits. */
async function shownOf(
  personIds: readonly string[],
  sinceMs: number,
  { visits }: FollowDeps,
  signal: AbortSignal,
  also: (visit: Visit) => boolean = () => false,
): Promise<string[]> {
  if (personIds.length === 0) return [];
  const found = await visits.withPersons(personIds, sinceMs, signal);
  return found.filter((visit) => mayShow(visit) || also(visit)).map(({ id: visitId }) => visitId);
}

/** Those of them who took back their consent: all posts that show them are to be edited, however old they are. */
const namelessOf = async (personIds: readonly string[], { tookBack }: FollowDeps, signal: AbortSignal): Promise<string[]> =>
  personIds.length === 0 ? [] : [...((await tookBack?.(personIds, signal)) ?? new Map<string, number>()).keys()];

/** A visit that is written again has a new revision, so that its job is no job that was done before. Resolves to it; null: nothing is to be edited. */
async function queueEdit(
  visitId: string,
  { visits, sender, sendTimeoutMs, tookBack }: FollowDeps,
  signal: AbortSignal,
): Promise<number | null> {
  const before = await visits.get(visitId, signal);
  if (!before || !(mayShow(before) || leavesPictures(before))) return null;
  const silent = await tookBack?.([...before.persons, ...(before.named ?? [])], signal);
  const namelessSinceMs = Math.max(0, ...(silent?.values() ?? []));
  const bears = ({ namelessSinceMs: doneMs = 0, snapshots }: Visit): boolean =>
    namelessSinceMs > 0 && namelessSinceMs !== doneMs && snapshots.some(({ takenAtMs }) => takenAtMs < namelessSinceMs + skewMs);
  const without = (now: Visit): Visit => (bears(now) ? { ...now, picturesGo: true, namelessSinceMs } : now);
  // The job that posts it says what is known then.
  if (before.post?.progress?.state !== 'posted' && without(before).picturesGo !== true) return null;
  const visit = await changeVisit(visits, visitId, without, signal);
  if (!visit) return null;
  await sender.send({ v: 1, kind: 'visit', visitId, revision: visit.revision, why: 'edit' }, { timeoutMs: sendTimeoutMs });
  return visit.revision;
}

/** Whether a post shows it, or may: also where nobody knows yet whether it was posted. */
const mayShow = ({ post }: Visit): boolean => post?.progress != null && post.progress.state !== 'gone';

/** Whether somebody has deleted its post, and the platform still has pictures of it: those in the thread are even shown. */
const leavesPictures = ({ post, upload, replies }: Visit): boolean =>
  post?.progress?.state === 'gone' &&
  [post.progress, upload, ...replies.map(({ progress }) => progress)].some((each) => each != null && each.fileId !== null);
