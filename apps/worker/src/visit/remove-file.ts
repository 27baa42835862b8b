import { createKnownPosts, type PostBody } from '@watchpost/privacy/receipts/known-posts';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { personsOf } from '@watchpost/visits/visit-document';
import type { Visit } from '@watchpost/visits/visit';
import { endOf } from '@watchpost/visits/visits';

export interface RemoveDeps {
  platform: ConnectedPlatform;
  documents: DocumentStore;
  log: Logger;
}

/** A picture of ours that no post shows any more: where it was shown, whom it may show, and when that happened. */
export interface OldPicture extends Pick<PostBody, 'channel' | 'persons'> {
  fileId: string;
  atMs: number;
}

/**
 * Deletes a picture of ours that is not to be shown any more. Where the platform refuses, it stays known where it is and whom it shows: whoever
 * forgets one of them counts it and tries again. Rejects where trying again helps.
 */
export async function removeFile(
  { fileId, channel, persons, atMs }: OldPicture,
  { platform, documents, log }: RemoveDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    await platform.posts.remove(fileId, signal);
  } catch (error) {
    const err = toAppError(error);
    if (err.retry === 'transient') throw error;
    log.warn({ err }, 'a picture that no post shows any more could not be deleted');
    const knownPosts = createKnownPosts(documents);
    const about = { kind: 'file', id: fileId } as const;
    await knownPosts.note({ about, channel, messageId: '', pictures: [{ messageId: null, fileId }], persons: [...persons], atMs }, signal);
    const known = await knownPosts.get(about, signal);
    if (known) await knownPosts.refused(known, err.code, signal);
  }
}

/** A picture that was made for a visit. */
export const pictureFor = (fileId: string, visit: Visit): OldPicture => ({
  fileId,
  channel: visit.post?.channel ?? visit.channel,
  persons: personsOf(visit),
  atMs: endOf(visit),
});
