import { MongoServerError, type Db, type ResumeToken } from 'mongodb';
import { z } from 'zod';
import type { ChangeEvent, GalleryFeed } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';

const eventSchema = z.object({
  operationType: z.string(),
  ns: z.object({ coll: z.string() }).optional(),
  updateDescription: z.object({ updatedFields: z.record(z.string(), z.unknown()).optional() }).optional(),
});

/** Errors after which the resume token is useless: the history is lost, or the collections were dropped. */
const lostHistory = new Set([280, 286]);

/**
 * Reports changes through a change stream on the database. Events carry no documents; `Reader` fetches what is new by version. A
 * broken stream resumes from its token; if that history is lost, a new stream is opened and `Reader` catches up once it is established.
 */
export function createMongoFeed(db: Db, changeStreams: boolean): GalleryFeed {
  const { state, persons, faces } = galleryCollections(db);
  const watched = [state, persons, faces].map(({ collectionName }) => collectionName);
  let token: ResumeToken;

  const watch: GalleryFeed['watch'] = async (onChange, onEstablished, signal) => {
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
      await guardMongo(() => stream.tryNext().then((first) => first && onChange(toChangeEvent(first, state.collectionName))), signal);
      onEstablished();
      for (;;) {
        const event: unknown = await guardMongo(() => stream.next(), signal);
        token = stream.resumeToken;
        onChange(toChangeEvent(event, state.collectionName));
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

/** Our own writes set the version; all others are edits by hand. */
function toChangeEvent(event: unknown, stateName: string): ChangeEvent {
  const parsed = eventSchema.safeParse(event).data;
  if (!parsed) return 'edited';
  if (parsed.ns?.coll === stateName) return 'changed';
  if (parsed.operationType === 'update') return 'version' in (parsed.updateDescription?.updatedFields ?? {}) ? 'changed' : 'edited';
  return parsed.operationType === 'insert' ? 'changed' : 'edited';
}
