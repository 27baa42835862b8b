import { platformOf } from '@watchpost/shared/chat/chat';
import { databaseNow } from '@watchpost/shared/documents/database-clock';
import { createKnownPosts, isRefusedNow, type KnownPost } from '@watchpost/privacy/receipts/known-posts';
import { removeKnownFile, unlessRefused, type ChangePostDeps } from './change-post.ts';
import { leastRecentlyRefused } from './posts-place.ts';

/** Pictures of one round. */
const atOnce = 20;

/**
 * Tries again to delete the pictures that no post shows any more, and that the platform did not delete, or of which nobody knows whether it did. Those
 * of a platform that is not configured now stay known.
 */
export async function deleteLeftPictures(deps: Omit<ChangePostDeps, 'knownPosts'>, signal: AbortSignal): Promise<void> {
  const knownPosts = createKnownPosts(deps.documents);
  const nowMs = await databaseNow(deps.documents, signal);
  const due: KnownPost[] = [];
  for await (const picture of knownPosts.leftPictures(signal)) {
    const isConnected = deps.platforms.some(({ prefix }) => prefix === platformOf(picture.channel));
    if (isConnected && !isRefusedNow(picture, nowMs)) due.push(picture);
  }
  for (const picture of due.toSorted(leastRecentlyRefused).slice(0, atOnce)) {
    // Meanwhile it may be shown after all.
    if (!(await knownPosts.get(picture.about, signal))) continue;
    await unlessRefused(picture, { ...deps, knownPosts }, signal, (platform) => removeKnownFile(picture, platform, { knownPosts }, signal));
  }
}
