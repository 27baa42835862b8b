import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { Place } from '@watchpost/privacy/receipts/place';
import { createLogger } from '@watchpost/shared/observability/logger';
import { postsPlace } from '@watchpost/worker/privacy/posts-place';
import { expect } from 'vitest';
import { comparableFace } from './comparable-face.ts';
import type { VisitRig } from './visit-rig.ts';

const never = new AbortController().signal;

/** What tests do with posts that show Ada, who is forgotten then. */
export function postsOfAda(rig: () => VisitRig) {
  return {
    place: (forgetPosts: 'redraw' | 'delete'): Place =>
      postsPlace({
        documents: rig().documents,
        knownPosts: createKnownPosts(rig().documents),
        visits: rig().visiting.visits,
        platforms: [rig().deps.platformFor('slack:CREAD')],
        forgetPosts,
        log: createLogger('test', 'silent'),
      }),
    /** Resolves to the visit's id. */
    posted: async (snapshot = 's1'): Promise<string> => {
      const { id } = await rig().join(snapshot, [comparableFace()]);
      await rig().settle();
      expect(JSON.stringify(rig().posts.shown())).toContain('Ada');
      return id;
    },
    forgetAda: (): void => {
      rig().forgotten.add('ada');
      for (const [snapshot, faces] of rig().faces)
        rig().faces.set(
          snapshot,
          faces.filter(({ person }) => person?.id !== 'ada'),
        );
    },
    /** The visit expires: nothing but the post itself is left, and where it stands. */
    expired: async (id: string): Promise<void> => {
      const visit = await rig().visit(id);
      await rig().documents.remove('visit', id, visit.revision, never);
    },
  };
}
