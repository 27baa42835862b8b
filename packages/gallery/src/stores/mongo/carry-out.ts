import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';
import type { Logger } from '@watchpost/shared/observability/logger';
import { isDuplicateKey, isRefusal, writeErrorsOf } from './connect.ts';
import type { SightingMove } from '../../domain.ts';
import type { GalleryCollections, Keyed } from './documents.ts';
import { isWatched, mark, markOf, present } from './own.ts';
import { notePersons } from './persons-seen.ts';
import { literals, type FaceWrite, type PendingChange, type PersonWrite } from './pending.ts';
import { stateId } from './state.ts';

/**
 * Once a change is durable in the state document, the writes that carry it out need not wait for the disk or other nodes: a crash loses
 * the latest writes first, so if one of these is lost, the state document still holds the change as pending.
 */
export const quick = { writeConcern: { w: 1 } } as const;

/** How long a placeholder stays that a process which died has left behind, milliseconds. */
const placeholderMs = 24 * 3_600_000;

/** Matches what this change has not written yet: a document without a version too, which somebody added by hand. */
const olderThan = (version: number): Document => ({ $not: { $gte: version } });

/**
 * Carries out a committed change. Any process may do it, more than once, and late: after the others have gone on, it changes nothing.
 * - Existing documents are written only if they are older than the change.
 * - New ones begin as placeholders without a version, which nobody reads. They are filled only if the change was still pending after
 *   all placeholders were there. So a late process never brings back what was removed since: it finds no placeholder to fill, or
 *   removes its own.
 * - What MongoDB refuses for one document (too large, after an edit by hand) is logged and left out: it must not block everybody.
 */
export async function carryOut(collections: GalleryCollections, epoch: string, pending: PendingChange, log: Logger): Promise<void> {
  const { version } = pending;
  const writer = createWriter(log);
  if (!(await placeHolders(collections, epoch, pending, writer))) return;
  const { persons, faces, pairs, crops, audit } = collections;
  await writer.write(
    crops,
    pending.crops.map(({ _id, jpeg }) => update(_id, version, { $set: { jpeg, version }, ...filled })),
  );
  // Persons before faces, so that nobody ever sees a face without its person.
  await writer.write(persons, personUpdates(pending));
  await writer.write(
    pairs,
    pending.pairs.map((pair) => pairUpdate(pair, version)),
  );
  await writer.write(faces, [...pending.faces.map((face) => faceUpdate(face, version)), ...faceAdoptions(pending)]);
  await moveSightings(collections, pending, writer);
  if (pending.audit) {
    const { _id, ...fields } = pending.audit;
    await writer.write(audit, [update(String(_id), version, { $set: fields, ...filled })]);
    if (typeof fields['undoes'] === 'string')
      await writer.write(audit, [{ updateOne: { filter: { _id: fields['undoes'] }, update: { $set: { undone: true } } } }]);
  }
  await collections.state.updateOne({ _id: stateId, epoch, version, 'pending.version': version }, { $set: { pending: null } }, quick);
}

type Write = AnyBulkWriteOperation<Keyed>;
interface Writer {
  write(collection: Collection<Keyed>, writes: Write[]): Promise<void>;
}

function createWriter(log: Logger): Writer {
  const bulk = async (collection: Collection<Keyed>, writes: Write[]): Promise<void> => {
    try {
      await collection.bulkWrite(writes, { ordered: false, ...quick });
    } catch (error) {
      // Somebody else was first.
      if (isDuplicateKey(error)) return;
      const single = writeErrorsOf(error);
      const serious = single.filter((one) => !isDuplicateKey(one));
      if (!isRefusal(error) && !(single.length > 0 && serious.every(isRefusal))) throw error;
      // The driver refuses a bulk as a whole.
      if (single.length === 0 && writes.length > 1) for (const write of writes) await bulk(collection, [write]);
      else log.error({ err: error, collection: collection.collectionName }, 'MongoDB refuses a document; the change goes on without it');
    }
  };
  return { write: async (collection, writes) => (writes.length > 0 ? bulk(collection, writes) : undefined) };
}

/** Resolves to false if the change is not pending any more. */
async function placeHolders(collections: GalleryCollections, epoch: string, pending: PendingChange, writer: Writer): Promise<boolean> {
  const { state, persons, faces, pairs, crops, audit } = collections;
  const { version } = pending;
  const added = (writes: readonly { _id: string; isNew: boolean }[]): string[] => writes.flatMap(({ _id, isNew }) => (isNew ? [_id] : []));
  const ids = (writes: readonly { _id: string }[]): string[] => writes.map(({ _id }) => _id);
  const places: [Collection<Keyed>, string[]][] = [
    [persons, added(pending.persons)],
    [faces, added(pending.faces)],
    [pairs, ids(pending.pairs)],
    [crops, ids(pending.crops)],
    [audit, pending.audit ? [String(pending.audit['_id'])] : []],
  ];
  const some = places.filter(([, each]) => each.length > 0);
  if (some.length === 0) return true;
  const placeholder = [{ $set: { placeholder: { $max: ['$placeholder', version] }, purgeAt: { $add: ['$$NOW', placeholderMs] } } }];
  const writes = (each: string[]): Write[] =>
    each.map((_id) => ({ updateOne: { filter: { _id, version: { $exists: false } }, update: placeholder, upsert: true } }));
  await Promise.all(some.map(async ([collection, each]) => writer.write(collection, writes(each))));
  const still = await state.findOne({ _id: stateId, epoch, version, 'pending.version': version }, { projection: { _id: 1 } });
  if (still) return true;
  for (const [collection, each] of some) await collection.deleteMany({ _id: { $in: each }, placeholder: version }, quick);
  return false;
}

const filled = { $unset: { placeholder: 1, purgeAt: 1 } } as const;

function update(_id: string, version: number, change: Document | Document[], only: Document = {}): Write {
  return { updateOne: { filter: { _id, version: olderThan(version), ...only }, update: change } };
}

/** What was erased cannot be brought back. */
const notErased = (isNew: boolean, deleted: boolean | undefined): Document => (!isNew && deleted === false ? { purgeAt: null } : {});

/** A person may be changed and adopted at once: one write, because after the first the document is not older than the change any more. */
function personUpdates({ persons, adoptPersons, version }: PendingChange): Write[] {
  const adopted = new Map(adoptPersons.map(({ _id, seen }) => [_id, adoption(seen)]));
  const changed = new Set(persons.map(({ _id }) => _id));
  const changes = persons.map(({ _id, isNew, set }) => {
    const stages = isNew ? newPerson(set, version) : [...(adopted.get(_id) ?? []), ...changedPerson(set, version)];
    return update(_id, version, stages, notErased(isNew, set.deleted));
  });
  const adoptions = [...adopted].filter(([_id]) => !changed.has(_id));
  return [...changes, ...adoptions.map(([_id, stages]) => update(_id, version, [...stages, { $set: { version } }]))];
}

/** Removed from the start: the tombstone of somebody who was removed by hand. */
function newPerson(set: PersonWrite['set'], version: number): Document[] {
  const deletedAt = set.deleted ? '$$NOW' : null;
  return [{ $set: { ...literals(set), deletedAt, version } }, { $set: { own: present } }, { $unset: ['placeholder', 'purgeAt'] }];
}

/** A name that somebody has edited by hand since stays. */
function changedPerson(set: PersonWrite['set'], version: number): Document[] {
  const { name, ...rest } = set;
  const isOurs = { $eq: [mark('name'), '$own.name'] };
  const named = (ours: unknown, edited: string): Document => ({ $cond: [isOurs, ours, edited] });
  const marks = Object.keys(rest).flatMap((field) => (isWatched(field) ? [[`own.${field}`, mark(field)]] : []));
  return [
    {
      $set: {
        ...literals(rest),
        version,
        ...(name !== undefined && { name: named({ $literal: name }, '$name'), 'own.name': named(markOf({ $literal: name }), '$own.name') }),
        ...('deleted' in set && { deletedAt: set.deleted ? '$$NOW' : null }),
      },
    },
    ...(marks.length > 0 ? [{ $set: Object.fromEntries(marks) }] : []),
  ];
}

/** From now on the fields as they are count as ours, unless the name was edited again. */
function adoption(seen: unknown): Document[] {
  const isSeen = { $eq: [mark('name'), { $literal: seen }] };
  const deletedAt = { $cond: [{ $eq: [{ $type: '$deletedAt' }, 'date'] }, '$deletedAt', '$$NOW'] };
  return [
    {
      $set: {
        own: { $cond: [isSeen, present, '$own'] },
        // Who was deleted by hand is erased like everybody else.
        deletedAt: { $cond: [{ $eq: ['$deleted', true] }, deletedAt, null] },
      },
    },
  ];
}

function faceUpdate({ _id, isNew, set }: FaceWrite, version: number): Write {
  const change: Document = {
    $set: { ...set, version, ...(set.deleted === false && { deletedAt: null }) },
    ...(set.deleted === true && { $currentDate: { deletedAt: true } }),
    ...(isNew && filled),
  };
  return update(_id, version, change, notErased(isNew, set.deleted));
}

function faceAdoptions({ adoptFaces, faces, version }: PendingChange): Write[] {
  const changed = new Set(faces.map(({ _id }) => _id));
  const ids = adoptFaces.filter((id) => !changed.has(id));
  return ids.map((_id) => ({ updateOne: { filter: { _id, version: null, placeholder: null }, update: { $set: { version } } } }));
}

function pairUpdate({ _id, personIds, deleted }: PendingChange['pairs'][number], version: number): Write {
  return update(_id, version, {
    $set: { personIds, deleted, version, ...(!deleted && { deletedAt: null }) },
    ...(deleted && { $currentDate: { deletedAt: true } }),
    ...filled,
  });
}

/** Each face of a sighting has the version of the change that wrote it last, so that a late process overwrites nothing. */
async function moveSightings({ sightings }: GalleryCollections, pending: PendingChange, writer: Writer): Promise<void> {
  const { version } = pending;
  const assigned = pending.assignments.map(({ snapshotId, position, ...assignment }): Write => {
    const face = `faces.${position}`;
    return {
      updateOne: {
        filter: { _id: snapshotId, faces: { $type: 'array' }, [face]: { $exists: true }, [`${face}.version`]: olderThan(version) },
        update: [{ $set: { faces: withAssigned(position, { ...assignment, version }) } }, notePersons],
      },
    };
  });
  await writer.write(sightings, assigned);
  if (pending.moveSightings.length > 0) await writer.write(sightings, [movesOf(pending)]);
}

/** The faces with these fields of one of them set. */
function withAssigned(position: number, fields: object): Document {
  const face = { $arrayElemAt: ['$faces', '$$at'] };
  const assigned = { $cond: [{ $eq: ['$$at', position] }, { $mergeObjects: [face, { $literal: fields }] }, face] };
  return { $map: { input: { $range: [0, { $size: '$faces' }] }, as: 'at', in: assigned } };
}

/** One after the other, in one write: after it the faces are not older than the change any more. */
function movesOf({ moveSightings: moves, version }: PendingChange): Write {
  const faceIds = [...new Set(moves.flatMap((move) => move.faceIds))];
  const movable = {
    $and: [
      { $in: ['$$face.faceId', { $literal: faceIds }] },
      { $eq: [{ $ifNull: ['$$face.saidBy', null] }, null] },
      { $lt: [{ $ifNull: ['$$face.version', 0] }, version] },
    ],
  };
  const isOf = (move: SightingMove): Document => ({
    $and: [{ $in: ['$$face.faceId', { $literal: move.faceIds }] }, { $in: ['$$person', { $literal: move.from }] }],
  });
  const person = moves.reduce<unknown>(
    (before, move) => ({ $let: { vars: { person: before }, in: { $cond: [isOf(move), { $literal: move.to }, '$$person'] } } }),
    '$$face.personId',
  );
  const moved = {
    $let: {
      vars: { person },
      in: { $cond: [{ $eq: ['$$person', '$$face.personId'] }, '$$face', { $mergeObjects: ['$$face', { personId: '$$person', version }] }] },
    },
  };
  return {
    updateMany: {
      filter: { 'faces.faceId': { $in: faceIds }, faces: { $type: 'array' } },
      update: [{ $set: { faces: { $map: { input: '$faces', as: 'face', in: { $cond: [movable, moved, '$$face'] } } } } }, notePersons],
    },
  };
}
