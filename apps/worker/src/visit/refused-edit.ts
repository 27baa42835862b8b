import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError, type ErrorCode } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { endOf, type Visits } from '@watchpost/visits/visits';
import { notePost } from './note-post.ts';
import { shownOf } from './6-edit.ts';
import { isLeftBehind } from './7-remove-pictures.ts';

/** What a platform answers about one channel or one message: nothing is wrong with the installation. */
const codes: ReadonlySet<ErrorCode> = new Set(['channel-not-available', 'chat-closed', 'chat-refused']);

/**
 * Whether the post of a visit could not be rid of people who are forgotten, or who took back their consent, because the bot cannot change it: in an
 * old channel, for example. That is noted with the post, so that the receipt says it, and asks again later. Jobs of other visits must not be held
 * for it.
 */
export async function isRefusedEdit(
  error: unknown,
  visitId: string,
  { visits, documents, log }: { visits: Visits; documents: DocumentStore; log: Logger },
  signal: AbortSignal,
): Promise<boolean> {
  const { code } = toAppError(error);
  if (!codes.has(code)) return false;
  const visit = await visits.get(visitId, signal);
  if (!visit || !(shownOf(visit) ?? isLeftBehind(visit))) return false;
  if ((visit.forgets ?? []).length === 0 && visit.picturesGo !== true) return false;
  const knownPosts = createKnownPosts(documents);
  const about = { kind: 'visit', id: visitId } as const;
  // A post of long ago is not known yet.
  if ((await knownPosts.get(about, signal)) === null) await notePost(visit, endOf(visit), { documents }, signal);
  const known = await knownPosts.get(about, signal);
  if (!known) return false;
  if (known.refused?.code !== code)
    log.warn({ err: error }, 'a post cannot be said again without somebody who is forgotten or nameless: it is tried again');
  await knownPosts.refused(known, code, signal);
  return true;
}
