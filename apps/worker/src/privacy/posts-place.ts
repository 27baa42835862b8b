import { databaseNow } from '@watchpost/shared/documents/database-clock';
import { isRefusedNow, type KnownPost } from '@watchpost/privacy/receipts/known-posts';
import type { Place } from '@watchpost/privacy/receipts/place';
import { fromDocument, personsOf, visitKind } from '@watchpost/visits/visit-document';
import { readNaming } from '../notice/notice.ts';
import { notConnected, removeKnownFile, sayOnly, tryToDelete, unlessRefused, type ChangePostDeps } from './change-post.ts';

export interface PostsDeps extends ChangePostDeps {
  /** See FORGET_POSTS. */
  forgetPosts: 'redraw' | 'delete';
}

/** Posts of one round: a channel takes one change a second, and other receipts wait meanwhile. */
const atOnce = 20;
const mostCounted = 100_000;
/** Of which it is read together what they say. */
const pageSize = 200;

const what = 'posts and pictures';
const words = 'This post was about somebody who is forgotten.';

/** The posts that show somebody, however old they are: said again without the name, or deleted. */
export function postsPlace(deps: PostsDeps): Place {
  const { knownPosts, forgetPosts } = deps;
  return {
    what: [what],
    count: async ({ personIds }, signal) => {
      const posts = await knownPosts.showing(personIds, mostCounted, signal);
      const why = whyOf(posts);
      return { [what]: why === null ? posts.length : { left: posts.length, why } };
    },
    erase: async ({ personIds }, signal) => {
      const posts = await knownPosts.showing(personIds, mostCounted, signal);
      const nowMs = await databaseNow(deps.documents, signal);
      const due = posts.filter((post) => !isRefusedNow(post, nowMs)).toSorted(leastRecentlyRefused);
      let tried = 0;
      for await (const { post, says: known } of saidBy(due, personIds, deps, signal)) {
        if (tried === atOnce) return;
        if (known === 'nobody') await knownPosts.without(post, personIds, signal);
        if (known === 'nobody' || (known === 'somebody' && forgetPosts === 'redraw')) continue;
        tried += 1;
        await unlessRefused(post, deps, signal, async (platform) => {
          if (post.about.kind === 'file') return removeKnownFile(post, platform, deps, signal);
          if (forgetPosts === 'delete' && (await tryToDelete(post, platform, deps, signal))) return;
          if (known === 'somebody') return;
          await sayOnly(words, post, platform, deps, signal);
          await knownPosts.without(post, personIds, signal);
        });
      }
    },
    waitsFor: 'posts are changed one after another, as the platform allows',
  };
}

/** Those that were never refused first, then those that have waited longest: what nothing can be done about now never fills all rounds. Pure. */
export const leastRecentlyRefused = (a: KnownPost, b: KnownPost): number => (a.refused?.atMs ?? 0) - (b.refused?.atMs ?? 0);

/** Codes of what has nothing to do with the channel, and passes by itself. */
const passing = ['chat-rate-limited', 'chat-unavailable'];

/** What a person may have to do. Pure. */
function whyOf(posts: readonly KnownPost[]): string | null {
  const refused = new Map<string, number>();
  for (const { channel, refused: last } of posts) {
    if (!last || passing.includes(last.code)) continue;
    const of = `${channel} (${last.code === notConnected ? 'its platform is not configured' : last.code})`;
    refused.set(of, (refused.get(of) ?? 0) + 1);
  }
  if (refused.size === 0) return null;
  const each = [...refused].map(([of, count]) => `${String(count)} in ${of}`).join(', ');
  return `the bot cannot change or delete ${each}: let it into the channel, or delete them by hand; it is tried again`;
}

type Says = 'nobody' | 'somebody' | 'unknown';

/**
 * What is known of what each post says, read in pages. What still has a visit or a digest is said again from that: `somebody` until it names none of
 * them, `nobody` then. `unknown`: what it was about has expired, or it was never more than a message to one member or a file.
 */
async function* saidBy(
  posts: readonly KnownPost[],
  personIds: readonly string[],
  { documents }: PostsDeps,
  signal: AbortSignal,
): AsyncGenerator<{ post: KnownPost; says: Says }> {
  const own = new Set(personIds);
  for (let from = 0; from < posts.length; from += pageSize) {
    const page = posts.slice(from, from + pageSize);
    const idsOf = (kind: KnownPost['about']['kind']): string[] => page.flatMap(({ about }) => (about.kind === kind ? about.id : []));
    const says = new Map<string, Says>();
    for (const document of await documents.getAll(visitKind, idsOf('visit'), signal)) {
      const visit = fromDocument(document);
      // What somebody deleted has left its pictures behind.
      if (visit.post?.progress?.state !== 'gone')
        says.set(`visit ${visit.id}`, personsOf(visit).some((id) => own.has(id)) ? 'somebody' : 'nobody');
    }
    for (const { id, to, isNaming } of await readNaming(documents, idsOf('notice'), personIds, signal))
      if ('channel' in to) says.set(`notice ${id}`, isNaming ? 'somebody' : 'nobody');
    for (const post of page) yield { post, says: says.get(`${post.about.kind} ${post.about.id}`) ?? 'unknown' };
  }
}
