import type { Collection } from 'mongodb';
import type { Changeset, Head } from '../../domain.ts';
import { highestVersion } from '../../store.ts';
import type { GalleryCollections, Keyed } from './documents.ts';
import { stateId } from './state.ts';

/**
 * A document whose version is higher than the gallery's would take no change any more, because each is carried out only where nothing
 * newer was written. That happens when somebody edits a version, copies documents from another database, or removes the state. Raises the
 * gallery's version to that of the documents which the change touches. Resolves to whether the change must be planned again.
 */
export async function raiseVersion(
  { state, persons, faces, pairs }: GalleryCollections,
  base: Head,
  changeset: Changeset,
  signal: AbortSignal,
): Promise<boolean> {
  const old = (changes: readonly { id: string; isNew: boolean }[]): string[] => changes.flatMap(({ id, isNew }) => (isNew ? [] : [id]));
  const newest = await Promise.all([
    newestOf(persons, [...old(changeset.persons), ...(changeset.adopt?.persons.map(({ id }) => id) ?? [])], base, signal),
    newestOf(faces, old(changeset.faces), base, signal),
    newestOf(
      pairs,
      changeset.pairs.map(({ id }) => id),
      base,
      signal,
    ),
  ]);
  const version = Math.max(...newest);
  if (version <= base.version) return false;
  // Where somebody has committed meanwhile, nothing is wrong.
  await state.updateOne({ _id: stateId, epoch: base.epoch, version: base.version, pending: null }, { $set: { version } });
  return true;
}

/** The highest version of these documents. Those that no gallery reaches are set back. */
async function newestOf(collection: Collection<Keyed>, ids: readonly string[], base: Head, signal: AbortSignal): Promise<number> {
  if (ids.length === 0) return 0;
  const which = { _id: { $in: [...ids] } };
  const ahead = { ...which, version: { $gt: base.version } };
  const [found] = await collection
    .find(ahead, { projection: { version: 1 }, signal })
    .sort({ version: -1 })
    .limit(1)
    .toArray();
  if (!found) return 0;
  const version = Number(found['version']);
  if (version <= highestVersion) return version;
  await collection.updateMany({ ...which, version: { $gt: highestVersion } }, { $set: { version: base.version } });
  return newestOf(collection, ids, base, signal);
}
