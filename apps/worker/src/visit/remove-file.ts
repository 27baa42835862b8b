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
 * Deletes a picture of ours that is not to be shown any more. Where the platform refuses, or still shows it, it stays known where it is and whom it
 * shows: whoever forgets one of them counts it, and it is tried again (deleteLeftPictures). Rejects where the caller's trying again helps.
 */
export async function removeFile(picture: OldPicture, { platform, documents, log }: RemoveDeps, signal: AbortSignal): Promise<void> {
  const knownPosts = createKnownPosts(documents);
  try {
    await platform.posts.remove(picture.fileId, signal);
  } catch (error) {
    const err = toAppError(error);
    if (err.retry === 'transient' && err.code !== 'removal-unconfirmed') throw error;
    log.warn({ err }, 'a picture that no post shows any more could not be deleted');
    await noteLeft(picture, { documents }, signal);
    const known = await knownPosts.get(aboutOf(picture), signal);
    if (known) await knownPosts.refused(known, err.code, signal);
    return;
  }
  await notLeft(picture.fileId, { documents }, signal);
}

/** Notes a picture that is about to be left without a post, so that it is known also where nobody comes to delete it. */
export async function noteLeft(picture: OldPicture, { documents }: Pick<RemoveDeps, 'documents'>, signal: AbortSignal): Promise<void> {
  const { fileId, channel, persons, atMs } = picture;
  const pictures = [{ messageId: null, fileId }];
  const note = { about: aboutOf(picture), channel, messageId: '', pictures, persons: [...persons], atMs };
  await createKnownPosts(documents).note(note, signal);
}

/** It is not there any more, or is to be shown after all: nobody is to delete it. */
export async function notLeft(fileId: string, { documents }: Pick<RemoveDeps, 'documents'>, signal: AbortSignal): Promise<void> {
  const knownPosts = createKnownPosts(documents);
  const known = await knownPosts.get(aboutOf({ fileId }), signal);
  if (known) await knownPosts.remove(known, signal);
}

/** The post shows its picture, or will again: whoever was killed while another one took its place may have given it up already. */
export async function stillShown({ upload, post }: Visit, deps: Pick<RemoveDeps, 'documents'>, signal: AbortSignal): Promise<void> {
  const progress = post?.progress;
  if (upload && progress?.state === 'posted' && progress.fileId !== null) await notLeft(progress.fileId, deps, signal);
}

const aboutOf = ({ fileId }: Pick<OldPicture, 'fileId'>) => ({ kind: 'file' as const, id: fileId });

/** A picture that was made for a visit. Of those about whom it only asked it shows nothing. */
export const pictureFor = (fileId: string, visit: Visit): OldPicture => ({
  fileId,
  channel: visit.post?.channel ?? visit.channel,
  persons: personsOf({ ...visit, asked: [] }),
  atMs: endOf(visit),
});
