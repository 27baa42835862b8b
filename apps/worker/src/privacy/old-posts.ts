import { databaseNow } from '@watchpost/shared/documents/database-clock';
import { platformOf } from '@watchpost/shared/chat/chat';
import { leastRecentlyRefused } from './posts-place.ts';
import { createKnownPosts, isRefusedNow, type KnownPost } from '@watchpost/privacy/receipts/known-posts';
import { forgetPost, sayOnly, tryToDelete, unlessRefused, type ChangePostDeps } from './change-post.ts';

export interface OldPostsDeps extends Omit<ChangePostDeps, 'knownPosts'> {
  /** How long posts are kept, milliseconds; null: as long as the platform keeps them. */
  postsMs: number | null;
}

/** Posts of one round. */
const atOnce = 20;

const words = 'This post was older than posts are kept here.';

/**
 * Deletes our own posts that are older than POSTS_KEEP_DAYS; those that the platform lets nobody delete say nothing more, and show no picture.
 * Where it refuses both, or is not configured now, it stays known where the post stands, and is tried again.
 */
export async function deleteOldPosts({ postsMs, ...deps }: OldPostsDeps, signal: AbortSignal): Promise<void> {
  if (postsMs === null) return;
  const knownPosts = createKnownPosts(deps.documents);
  const nowMs = await databaseNow(deps.documents, signal);
  const remove = (post: KnownPost): Promise<void> =>
    unlessRefused(post, { ...deps, knownPosts }, signal, async (platform) => {
      if (await tryToDelete(post, platform, { ...deps, knownPosts }, signal)) return;
      await sayOnly(words, post, platform, deps, signal);
      await forgetPost(post, { ...deps, knownPosts }, signal);
    });
  const refused: KnownPost[] = [];
  let left = atOnce;
  for await (const post of knownPosts.before(nowMs - postsMs, signal)) {
    // See deleteLeftPictures.
    if (post.about.kind === 'file') continue;
    if (!deps.platforms.some(({ prefix }) => prefix === platformOf(post.channel))) continue;
    if (post.refused) {
      if (!isRefusedNow(post, nowMs)) refused.push(post);
      continue;
    }
    await remove(post);
    left -= 1;
    if (left === 0) return;
  }
  // Only then those that may be refused again, however many they are.
  for (const post of refused.toSorted(leastRecentlyRefused).slice(0, left)) await remove(post);
}
