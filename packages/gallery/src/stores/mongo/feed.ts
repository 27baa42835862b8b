import { setImmediate as breathe } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { z } from 'zod';
import type { ChangeEvent, GalleryFeed } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';

const eventSchema = z.object({
  operationType: z.string(),
  ns: z.object({ coll: z.string() }).optional(),
  fullDocument: z.object({ version: z.unknown(), placeholder: z.unknown() }).partial().optional(),
  updateDescription: z.object({ updatedFields: z.record(z.string(), z.unknown()).optional() }).optional(),
});

/** No more of an event is read: neither names nor vectors. */
const read = {
  operationType: 1,
  ns: 1,
  'fullDocument.version': 1,
  'fullDocument.placeholder': 1,
  'updateDescription.updatedFields.version': 1,
  'updateDescription.updatedFields.placeholder': 1,
};

/** Of an update by hand of very many documents; the driver hands out what it has received without a pause. */
const eventsAtOnce = 100;

/**
 * Reports changes through a change stream on the database. Events carry no documents; `Reader` fetches what is new by version. A broken
 * stream is not resumed: whoever listens again reads what is new first, so nothing is lost, and it does not matter whether the
 * history is still there or the database was dropped.
 */
export function createMongoFeed(db: Db, changeStreams: boolean): GalleryFeed {
  const { state, persons, faces, pairs } = galleryCollections(db);
  const watched = [state, persons, faces, pairs].map(({ collectionName }) => collectionName);

  const watch: GalleryFeed['watch'] = async (onChange, onEstablished, signal) => {
    // Events of the database itself (it was dropped) have no collection.
    const which = { $or: [{ 'ns.coll': { $in: watched } }, { 'ns.coll': null }] };
    const stream = db.watch([{ $match: which }, { $project: read }], {
      maxAwaitTimeMS: 1_000,
      readConcern: 'majority',
      batchSize: eventsAtOnce,
    });
    const close = (): void => void stream.close().catch(() => undefined);
    signal.addEventListener('abort', close, { once: true });
    const report = (event: unknown): void => {
      const change = toChangeEvent(event, state.collectionName);
      if (change) onChange(change);
    };
    try {
      await guardMongo(() => stream.tryNext().then((first) => first && report(first)), signal);
      onEstablished();
      for (let events = 1; ; events += 1) {
        report(await guardMongo(() => stream.next(), signal));
        if (events % eventsAtOnce === 0) await breathe();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  };
  return { kind: changeStreams ? 'push' : 'poll', watch };
}

/** Our own writes set the version; all others are edits by hand. Null for a placeholder (carry-out.ts), of which nobody needs to know. */
function toChangeEvent(event: unknown, stateName: string): ChangeEvent | null {
  const parsed = eventSchema.safeParse(event).data;
  if (!parsed) return 'edited';
  const { operationType, ns, fullDocument, updateDescription } = parsed;
  const isUpdate = operationType === 'update';
  if (ns?.coll === stateName && (isUpdate || operationType === 'insert')) return 'changed';
  const written = isUpdate ? updateDescription?.updatedFields : fullDocument;
  if (!isUpdate && operationType !== 'insert') return 'edited';
  if (written?.['placeholder'] !== undefined) return null;
  return written?.['version'] === undefined ? 'edited' : 'changed';
}
