import type { Collection, Db, Document } from 'mongodb';
import { z } from 'zod';
import {
  holdingsOf,
  mostCounted,
  mostPruned,
  sampled,
  type Holding,
  type HoldingName,
  type Holdings,
  type Outdated,
} from '../../holdings.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, type GalleryCollections, type Keyed } from './documents.ts';
import { withCropIndex } from './indexes.ts';
import { readState } from './state.ts';

const erased = '(erased)';
/** Of so many who were seen least recently one is the first of the named, and of the unknowns. */
const firstOnes = 500;
/** With its vector. */
const bytesOfFace = 4_900;

const statsSchema = z.object({ count: z.coerce.number(), storageStats: z.object({ size: z.coerce.number() }) });
const dateSchema = z.date().transform((date) => date.getTime());
const namesSchema = z.object({ name: z.string(), aliases: z.array(z.string()).catch([]) });
const groupSchema = z.object({
  _id: z.string(),
  count: z.number(),
  bytes: z.number(),
  oldest: z.date().nullish(),
  due: z.date().nullish(),
});
const kindsSchema = z.object({ values: z.array(z.unknown()) });
/** For what nobody may wait for any more; milliseconds. */
const mostMs = 30_000;
const personSchema = z.object({ name: z.string(), number: z.number().nullable().catch(null), createdAt: z.date() });
const sampleSchema = z.object({ bytes: z.coerce.number().nullable() });

/** How much the collections hold. */
export function createMongoHoldings(db: Db): Holdings {
  const collections = galleryCollections(db);
  return {
    traces: (of, signal) => guardMongo(() => tracesOf(collections, of, signal), signal),
    namesOf: (personIds, signal) =>
      guardMongo(async () => {
        const found = await collections.persons.find({ _id: { $in: [...personIds] }, name: { $ne: erased } }, { signal }).toArray();
        return [
          ...new Set(found.flatMap((each) => namesSchema.safeParse(each).data ?? []).flatMap(({ name, aliases }) => [name, ...aliases])),
        ];
      }, signal),
    sizes: (signal) => guardMongo(() => sizes(collections, signal), signal),
    documents: (kinds, signal) =>
      guardMongo(async () => {
        const documents = db.collection('documents');
        // From the index alone; most kinds are not there.
        const found = await db.command({ distinct: 'documents', key: '_id.kind', maxTimeMS: mostMs }, { signal });
        const there = new Set(kindsSchema.parse(found).values);
        const sizesOf = kinds
          .filter((kind) => there.has(kind))
          .map(async (kind) => [kind, await sizeOfDocuments(documents, kind, signal)] as const);
        return new Map(await Promise.all(sizesOf));
      }, signal),
    prune: (outdated, signal) => guardMongo(() => prune(collections, outdated, signal), signal),
  };
}

async function tracesOf(
  { persons, faces, crops, sightings, lastSeen, audit, records }: GalleryCollections,
  { personIds, faceIds }: Parameters<Holdings['traces']>[0],
  signal: AbortSignal,
): ReturnType<Holdings['traces']> {
  const which = { $in: [...personIds] };
  const shows = { ...which, $type: 'string' as const };
  const count = (collection: Collection<Keyed>, filter: Document): Promise<number> => collection.countDocuments(filter, { signal });
  const withVector = { embedding: { $exists: true, $ne: null } };
  const facesOf = { $or: [{ _id: { $in: [...faceIds] } }, { personId: which }, { shows }], ...withVector };
  return {
    persons: await count(persons, { _id: which, $or: [{ name: { $ne: erased } }, { 'aliases.0': { $exists: true } }] }),
    faces: await count(faces, facesOf),
    crops: await count(crops, { _id: { $in: [...faceIds] }, placeholder: null }),
    sightings: await count(sightings, { $or: [{ 'faces.personId': which }, { persons: which }] }),
    sightingCrops: await count(sightings, { faces: { $elemMatch: { personId: which, crop: { $exists: true } } } }),
    lastSeen: await count(lastSeen, { _id: which }),
    audit: await count(audit, { personIds: which, $or: [{ summary: { $ne: erased } }, { inverse: { $ne: null } }] }),
    records: await count(records, { 'body.faces.personId': which }),
  };
}

async function sizes(collections: GalleryCollections, signal: AbortSignal): ReturnType<Holdings['sizes']> {
  const { faces, crops, pairs, sightings, lastSeen, audit, records } = collections;
  const [{ nowMs }, people, references, ...rest] = await Promise.all([
    readState(collections, signal),
    sizesOfPersons(collections, signal),
    sizesOfFaces(faces, signal),
    sizeOfAll(crops, signal),
    sizeOfAll(pairs, signal),
    sizeOfAll(sightings, signal, ['recordedAt', 'expiresAt']),
    sizeOfAll(lastSeen, signal),
    sizeOfAll(audit, signal, ['at', null]),
    sizeOfAll(records, signal, ['recordedAt', 'expiresAt']),
  ]);
  const names = ['crops', 'pairs', 'sightings', 'lastSeen', 'audit', 'records'] as const;
  const found = new Map<HoldingName, Holding>([...people, ...references]);
  for (const [index, name] of names.entries()) {
    const size = rest[index];
    if (size) found.set(name, size);
  }
  return { ...holdingsOf((name) => found.get(name)), nowMs };
}

/** Of these there are as many as people, not as pictures: they are counted. */
async function sizesOfPersons(collections: GalleryCollections, signal: AbortSignal): Promise<[HoldingName, Holding][]> {
  const { persons } = collections;
  const isUnknown = { $eq: [{ $toLower: '$name' }, { $concat: ['unknown ', { $toString: { $ifNull: ['$number', 'none'] } }] }] };
  const name = { $cond: [{ $eq: ['$deleted', true] }, 'deleted', { $cond: [isUnknown, 'unknown', 'named'] }] };
  const found = await persons
    .aggregate(
      [
        { $match: { placeholder: null, $or: [{ mergedInto: null }, { deleted: true }] } },
        {
          $project: {
            name,
            createdAt: 1,
            deletedAt: 1,
            bytes: { $strLenBytes: { $convert: { input: '$name', to: 'string', onError: '', onNull: '' } } },
          },
        },
        {
          $group: {
            _id: '$name',
            count: { $sum: 1 },
            bytes: { $sum: { $add: ['$bytes', 250] } },
            oldest: { $min: '$createdAt' },
            due: { $min: '$deletedAt' },
          },
        },
      ],
      { signal },
    )
    .toArray();
  const seen = await leastRecentlySeen(collections, signal);
  return grouped(found, { named: 'named', unknown: 'unknown', deleted: 'deleted' }).map(([kind, holding]) => [
    kind,
    { ...holding, oldestMs: seen.get(kind) ?? holding.oldestMs },
  ]);
}

/**
 * When the named person, and the unknown, was seen who was seen least recently, among those who come first: of those who were never seen it is when
 * they were made.
 */
async function leastRecentlySeen({ persons, lastSeen }: GalleryCollections, signal: AbortSignal): Promise<Map<HoldingName, number>> {
  const current = { deleted: { $ne: true }, mergedInto: null, placeholder: null };
  const [early, old] = await Promise.all([
    lastSeen.find({}, { signal }).sort({ at: 1 }).limit(firstOnes).toArray(),
    persons.find(current, { signal }).sort({ createdAt: 1 }).limit(firstOnes).toArray(),
  ]);
  const seenAt = new Map(early.map((each) => [each._id, dateSchema.safeParse(each['at']).data]));
  const known = await persons.find({ _id: { $in: [...seenAt.keys()] }, ...current }, { signal }).toArray();
  const later = await lastSeen.find({ _id: { $in: old.map(({ _id }) => _id) } }, { signal, projection: { _id: 1 } }).toArray();
  const seen = new Set(later.map(({ _id }) => _id));
  const least = new Map<HoldingName, number>();
  for (const each of [...known, ...old.filter(({ _id }) => !seen.has(_id))]) {
    const { data } = personSchema.safeParse(each);
    if (!data) continue;
    const kind = data.number !== null && data.name.toLowerCase() === `unknown ${data.number}` ? 'unknown' : 'named';
    const atMs = Math.max(data.createdAt.getTime(), seenAt.get(each._id) ?? 0);
    least.set(kind, Math.min(least.get(kind) ?? Infinity, atMs));
  }
  return least;
}

/** By an index on `role`, which a placeholder has not: no vector is read. */
async function sizesOfFaces(faces: Collection<Keyed>, signal: AbortSignal): Promise<[HoldingName, Holding][]> {
  const sizeOf = async (role: string): Promise<Holding> => {
    const [all, gone, oldest] = await Promise.all([
      faces.countDocuments({ role }, { signal }),
      faces.countDocuments({ role, deleted: true }, { signal }),
      faces
        .find({ role, deleted: { $in: [false, null] } }, { signal, projection: { createdAt: 1 } })
        .sort({ createdAt: 1 })
        .limit(1)
        .toArray(),
    ]);
    const count = Math.max(0, all - gone);
    const oldestMs = dateSchema.safeParse(oldest[0]?.['createdAt']).data ?? null;
    return { count, isExact: true, atLeast: false, bytes: count * bytesOfFace, oldestMs, nextDueMs: null };
  };
  return [
    ['faces', await sizeOf('reference')],
    ['negatives', await sizeOf('negative')],
  ];
}

function grouped(found: readonly Document[], names: Record<string, HoldingName>): [HoldingName, Holding][] {
  return found.flatMap((each): [HoldingName, Holding][] => {
    const { data } = groupSchema.safeParse(each);
    const name = data && names[data._id];
    if (!data || name === undefined) return [];
    const times = { oldestMs: data.oldest?.getTime() ?? null, nextDueMs: name === 'deleted' ? (data.due?.getTime() ?? null) : null };
    return [[name, { count: data.count, isExact: true, atLeast: false, bytes: data.bytes, ...times }]];
  });
}

/** By the collection's own statistics, which may be wrong after a crash. `times`: the fields with when it was made, and when it goes. */
async function sizeOfAll(
  collection: Collection<Keyed>,
  signal: AbortSignal,
  [made = null, goes = null]: readonly (string | null)[] = [],
): Promise<Holding> {
  const stats = collection.aggregate([{ $collStats: { count: {}, storageStats: {} } }], { signal });
  const first = async (field: string | null): Promise<number | null> => {
    if (field === null) return null;
    const found = await collection
      .find({ [field]: { $type: 'date' } }, { signal, projection: { [field]: 1 } })
      .sort({ [field]: 1 })
      .limit(1)
      .toArray();
    return dateSchema.safeParse(found[0]?.[field]).data ?? null;
  };
  // A collection that nobody has written to does not exist.
  const found = await stats.toArray().catch(() => []);
  const { data } = statsSchema.safeParse(found[0]);
  const [oldestMs, nextDueMs] = await Promise.all([first(made), first(goes)]);
  return { count: data?.count ?? 0, isExact: false, atLeast: false, bytes: data?.storageStats.size ?? 0, oldestMs, nextDueMs };
}

async function sizeOfDocuments(documents: Collection, kind: string, signal: AbortSignal): Promise<Holding> {
  const which = { '_id.kind': kind };
  const [counted, oldest, samples] = await Promise.all([
    documents.countDocuments(which, { signal, limit: mostCounted + 1, hint: { '_id.kind': 1, at: -1, '_id.id': -1 } }),
    documents
      .find(which, { signal, projection: { at: 1, expiresAt: 1 } })
      .sort({ at: 1, '_id.id': 1 })
      .limit(1)
      .toArray(),
    documents
      .aggregate(
        [
          { $match: which },
          { $sort: { at: -1, '_id.id': -1 } },
          { $limit: sampled },
          { $group: { _id: null, bytes: { $avg: { $add: [{ $strLenBytes: '$body' }, 200] } } } },
        ],
        { signal },
      )
      .toArray(),
  ]);
  const atLeast = counted > mostCounted;
  const count = Math.min(counted, mostCounted);
  const bytes = Math.round((sampleSchema.safeParse(samples[0]).data?.bytes ?? 0) * count);
  const time = (field: string): number | null => dateSchema.safeParse(oldest[0]?.[field]).data ?? null;
  return { count, isExact: !atLeast, atLeast, bytes, oldestMs: time('at'), nextDueMs: time('expiresAt') };
}

async function prune(collections: GalleryCollections, outdated: Outdated, signal: AbortSignal): Promise<number> {
  if (outdated.kind === 'crops') return pruneCrops(collections, signal);
  const collection = collections[outdated.kind];
  const { nowMs } = await readState(collections, signal);
  const before = { $lt: new Date(nowMs - outdated.keepMs) };
  const found = await collection
    .find({ $or: [{ recordedAt: before }, { recordedAt: null, takenAt: before }] }, { signal, projection: { _id: 1 } })
    .limit(mostPruned)
    .toArray();
  return (await collection.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } })).deletedCount;
}

async function pruneCrops({ crops, sightings }: GalleryCollections, signal: AbortSignal): Promise<number> {
  const found = await crops
    .find({ placeholder: null }, { signal, projection: { _id: 1 } })
    .limit(mostPruned)
    .toArray();
  const { deletedCount } = await crops.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
  const withCrop = await sightings
    .find({ 'faces.crop': { $exists: true } }, { signal, projection: { _id: 1 }, hint: withCropIndex })
    .limit(mostPruned)
    .toArray();
  const { modifiedCount } = await sightings.updateMany(
    { _id: { $in: withCrop.map(({ _id }) => _id) } },
    { $unset: { 'faces.$[].crop': 1 } },
  );
  return deletedCount + modifiedCount;
}
