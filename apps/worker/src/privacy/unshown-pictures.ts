import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Visit } from '@watchpost/visits/visit';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import { noteLeft, pictureFor } from '../visit/remove-file.ts';

export interface UnshownDeps {
  documents: DocumentStore;
  visits: Visits;
  /** How long visits are kept, milliseconds. */
  visitsMs: number;
}

/** So long before a visit expires it is looked at, and so long after that, as nobody may have removed it yet. Milliseconds. */
const dayMs = 86_400_000;
/** The visits of so short a time are read together, milliseconds. */
const stepMs = 3_600_000;

/**
 * Of visits that are about to expire: a picture that was uploaded and never posted, or was to take the place of another, is known afterwards, where
 * nothing else tells of it. One that no post shows is deleted then (deleteLeftPictures); one that a post may show goes with the post.
 */
export async function noteUnshownPictures({ documents, visits, visitsMs }: UnshownDeps, signal: AbortSignal): Promise<void> {
  const expiredMs = (await databaseNow(documents, signal)) - visitsMs;
  const beforeMs = expiredMs + Math.min(dayMs, visitsMs / 4);
  for (let fromMs = expiredMs - dayMs; fromMs < beforeMs; fromMs += stepMs)
    for (const visit of await visits.during({ fromMs, beforeMs: Math.min(fromMs + stepMs, beforeMs) }, signal))
      if (unshownOf(visit).length > 0) await note(visit, { documents, visits }, signal);
}

/** What the platform has of a visit, and no post is known to show. Pure. */
function unshownOf({ post, upload }: Visit): string[] {
  const unposted = post?.progress?.state === 'uploaded' ? post.progress.fileId : null;
  return [unposted, upload?.fileId ?? null].filter((fileId) => fileId !== null);
}

async function note(visit: Visit, { documents, visits }: Omit<UnshownDeps, 'visitsMs'>, signal: AbortSignal): Promise<void> {
  const { id, post } = visit;
  const knownPosts = createKnownPosts(documents);
  const known = post?.progress?.state === 'posted' ? await knownPosts.get({ kind: 'visit', id }, signal) : null;
  for (const fileId of unshownOf(visit)) {
    if (known) {
      // Whoever was killed while it took the place of another may have left it there.
      const { about, channel, messageId, persons, atMs } = known;
      await knownPosts.note({ about, channel, messageId, persons, atMs, pictures: [{ messageId: null, fileId }] }, signal);
    } else await noteLeft(pictureFor(fileId, visit), { documents }, signal);
  }
  const without = (now: Visit): Visit | null => {
    if (now.revision !== visit.revision) return null;
    return { ...now, upload: null, ...(post?.progress?.state === 'uploaded' && { picture: null, post: { ...post, progress: null } }) };
  };
  await changeVisit(visits, id, without, signal);
}
