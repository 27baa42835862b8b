import { MongoServerError, type Db, type ResumeToken } from 'mongodb';
import { z } from 'zod';
import type { GalleryFeed, Hint } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';

const eventSchema = z.object({
  operationType: z.string(),
  ns: z.object({ coll: z.string() }).optional(),
  updateDescription: z.object({ updatedFields: z.record(z.string(), z.unknown()).optional() }).optional(),
});

/** Codes after which the token is of no use: the history is lost, or the collections were dropped. */
const lostHistory = new Set([280, 286]);

/**
 * Hears of changes through a change stream on the database. The events carry no documents, only what happened to which collection:
 * who hears reads what is new by version. A broken stream goes on from its resume token; where that history is lost it starts
 * afresh, which is enough because whoever listens again reads everything that is new once more.
 */
export function createMongoFeed(db: Db, changeStreams: boolean): GalleryFeed {
  const { state, persons, faces } = galleryCollections(db);
  const watched = [state, persons, faces].map(({ collectionName }) => collectionName);
  let token: ResumeToken;

  const watch: GalleryFeed['watch'] = async (hear, established, signal) => {
    const stream = db.watch(
      [
        { $match: { 'ns.coll': { $in: watched } } },
        { $project: { operationType: 1, ns: 1, 'updateDescription.updatedFields.version': 1 } },
      ],
      { ...(token !== undefined && { resumeAfter: token }), maxAwaitTimeMS: 1_000 },
    );
    const close = (): void => void stream.close().catch(() => undefined);
    signal.addEventListener('abort', close, { once: true });
    try {
      await guardMongo(() => stream.tryNext().then((first) => first && hear(toHint(first, state.collectionName))), signal);
      established();
      for (;;) {
        const event: unknown = await guardMongo(() => stream.next(), signal);
        token = stream.resumeToken;
        hear(toHint(event, state.collectionName));
      }
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof MongoServerError && typeof cause.code === 'number' && lostHistory.has(cause.code)) token = undefined;
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  };
  return { kind: changeStreams ? 'push' : 'poll', watch };
}

/** Our own writes set the version of what they write; everything else was somebody's hand. */
function toHint(event: unknown, stateName: string): Hint {
  const parsed = eventSchema.safeParse(event).data;
  if (!parsed) return 'edited';
  if (parsed.ns?.coll === stateName) return 'changed';
  if (parsed.operationType === 'update') return 'version' in (parsed.updateDescription?.updatedFields ?? {}) ? 'changed' : 'edited';
  return parsed.operationType === 'insert' ? 'changed' : 'edited';
}
