import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Visit } from '@watchpost/visits/visit';
import { shownOf } from './6-edit.ts';

/** Notes where a visit's post stands, and whom it shows: as long as it stands a name must be found in it. `atMs`: when it happened. */
export async function notePost(
  visit: Visit,
  atMs: number,
  { documents }: { documents: DocumentStore },
  signal: AbortSignal,
): Promise<void> {
  const shown = shownOf(visit);
  if (!shown) return;
  const inThread = visit.replies.flatMap(({ progress }) => (progress ? [{ messageId: progress.messageId, fileId: progress.fileId }] : []));
  const note = {
    about: { kind: 'visit' as const, id: visit.id },
    channel: shown.channel,
    messageId: shown.messageId,
    pictures: [...(shown.fileId === null ? [] : [{ messageId: null, fileId: shown.fileId }]), ...inThread],
    persons: [...new Set([...visit.persons, ...visit.asked, ...(visit.named ?? []), ...(visit.forgets ?? [])])],
    atMs,
  };
  await createKnownPosts(documents).note(note, signal);
}
