import type { Document } from 'mongodb';
import type { GalleryCollections } from './documents.ts';

const isSure: Document = { $or: [{ $ne: ['$$face.decision', 'uncertain'] }, { $ne: [{ $ifNull: ['$$face.saidBy', null] }, null] }] };
const isSomebody: Document = { $eq: [{ $type: '$$face.personId' }, 'string'] };
const sure: Document = { $filter: { input: '$faces', as: 'face', cond: { $and: [isSure, isSomebody] } } };
const ids: Document = { $setUnion: [{ $map: { input: sure, as: 'face', in: '$$face.personId' } }] };

/**
 * The last stage of each write that changes whose faces a sighting's are: notes who was surely seen (`personsSeen`) in a list beside the faces.
 * Vectors make these documents large; what is counted by this list is counted by its index, and no document is read.
 */
export const notePersons: Document = { $set: { persons: { $cond: [{ $isArray: '$faces' }, ids, []] } } };

/** Sightings of an earlier release that get their list in one step, and in one call. */
const atOnce = 2_500;
const mostSteps = 8;

/** Notes who was seen where an earlier release has recorded the sighting; at most some thousands in one call. */
export async function noteMissingPersons({ sightings }: Pick<GalleryCollections, 'sightings'>, signal: AbortSignal): Promise<void> {
  for (let step = 0; step < mostSteps; step += 1) {
    const found = await sightings
      .find({ persons: { $exists: false } }, { signal, projection: { _id: 1 } })
      .limit(atOnce)
      .toArray();
    if (found.length > 0) await sightings.updateMany({ _id: { $in: found.map(({ _id }) => _id) } }, [notePersons]);
    if (found.length < atOnce) return;
  }
}
