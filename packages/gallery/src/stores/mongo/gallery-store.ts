import type { Db, Document } from 'mongodb';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Logger } from '@watchpost/shared/observability/logger';
import { galleryFormat, recentCommits, type Changeset, type Head } from '../../domain.ts';
import type { GalleryStore } from '../../store.ts';
import { carryOut } from './carry-out.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';
import { isEdited, mark } from './own.ts';
import { toPending } from './pending.ts';
import { parseState, readState, stateId } from './state.ts';
import { createGalleryReader } from './read-gallery.ts';
import { raiseVersion } from './raise-version.ts';
import { readPerson } from './tolerant.ts';

/**
 * The gallery on MongoDB without transactions, so that a standalone server is enough. A commit writes the whole change into the state
 * document by a compare-and-set on its epoch and version. Then the change is carried out, and removed from the state document. A
 * process that finds a pending change carries it out first, so a process that died blocks nobody.
 */
export function createMongoGalleryStore(db: Db, log: Logger): GalleryStore {
  const collections = galleryCollections(db);
  const { state, persons } = collections;
  const read = createGalleryReader(collections);

  const head = async (signal: AbortSignal): Promise<Head> => {
    const { pending, ...now } = await readState(collections, signal);
    if (pending) await carryOut(collections, now.epoch, pending, log);
    return now;
  };

  /** Those of the persons that somebody edited by hand, with the mark of the name; null if the change would overwrite an edit. */
  const editsIn = async ({ persons: changed, adopt }: Changeset, signal: AbortSignal): Promise<Map<string, unknown> | null> => {
    const adopted = new Map(adopt?.persons.map(({ id, name }) => [id, name]));
    const touched = [...new Set([...changed.flatMap(({ id, isNew }) => (isNew ? [] : [id])), ...adopted.keys()])];
    const seen = new Map<string, unknown>();
    if (touched.length === 0) return seen;
    const edited = [{ $match: { _id: { $in: touched }, $expr: isEdited } }, { $set: { mark: mark('name') } }];
    for (const document of await persons.aggregate(edited, { signal }).toArray()) {
      const { value } = readPerson(document);
      if (!value || !adopted.has(value.id)) return null;
      // One whose name was edited again meanwhile is left for the next adoption.
      if (adopted.get(value.id) === value.name) seen.set(value.id, document['mark']);
    }
    return seen;
  };

  const commit: GalleryStore['commit'] = async (base, changeset, id, signal) => {
    const seen = await editsIn(changeset, signal);
    if (!seen) return 'edited';
    if (await raiseVersion(collections, base, changeset, signal)) return 'conflict';
    throwIfAborted(signal);
    const version = base.version + 1;
    const pending = toPending(version, changeset, seen);
    const change: Document = {
      $set: { format: galleryFormat, version, nextNumber: changeset.nextNumber ?? base.nextNumber, pending },
      $push: { recent: { $each: [{ version, id }], $slice: -recentCommits } },
      $currentDate: { now: true },
    };
    const onBase = { _id: stateId, epoch: base.epoch, version: base.version, format: { $not: { $gt: galleryFormat } }, pending: null };
    const committed = await state.findOneAndUpdate(onBase, change, { returnDocument: 'after', projection: { pending: 0 } });
    if (!committed) return 'conflict';
    const { pending: _, ...next } = parseState(committed);
    await carryOut(collections, next.epoch, pending, log);
    return next;
  };

  return {
    head: (signal) => guardMongo(() => head(signal), signal),
    changes: (since, options, visit, signal) =>
      guardMongo(async () => {
        const upTo = await head(signal);
        await read.changes(since, options, visit, signal);
        return upTo;
      }, signal),
    commit: (base, changeset, id, signal) => guardMongo(() => commit(base, changeset, id, signal), signal),
    crop: (faceId, signal) => guardMongo(() => read.crop(faceId, signal), signal),
    faces: (which, options, signal) => guardMongo(() => read.faces(which, options, signal), signal),
    edits: (signal) => guardMongo(() => read.edits(signal), signal),
    ids: (kind, visit, signal) => guardMongo(() => read.ids(kind, visit, signal), signal),
    sizeHint: (signal) => guardMongo(() => read.sizeHint(), signal),
  };
}
