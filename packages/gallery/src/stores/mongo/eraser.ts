import type { Db } from 'mongodb';
import type { Eraser } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';

/** How long an erased tombstone is kept, so that a process that was disconnected still learns of the deletion. */
const tombstoneMs = 7 * 24 * 3_600_000;

export function createMongoEraser(db: Db): Eraser {
  const { audit, crops, faces, persons, sightings, lastSeen } = galleryCollections(db);

  const erasePersons = async (ids: string[]): Promise<void> => {
    await sightings.updateMany(
      { 'faces.personId': { $in: ids } },
      {
        $set: {
          'faces.$[face].personId': null,
          'faces.$[face].faceId': null,
          'faces.$[face].similarity': null,
          'faces.$[face].embedding': null,
        },
      },
      { arrayFilters: [{ 'face.personId': { $in: ids } }] },
    );
    await lastSeen.deleteMany({ _id: { $in: ids } });
    await audit.updateMany({ personIds: { $in: ids } }, { $set: { summary: '(erased)', inverse: null } });
    const purgeAt = new Date(Date.now() + tombstoneMs);
    await persons.updateMany({ _id: { $in: ids }, deleted: true }, { $set: { name: '(erased)', aliases: [], purgeAt } });
  };

  const eraseDeleted = async (beforeMs: number, signal: AbortSignal): Promise<number> => {
    const which = { deleted: true, deletedAt: { $lt: new Date(beforeMs) }, purgeAt: null };
    const gonePersons = await persons.find(which, { projection: { _id: 1 }, signal }).toArray();
    if (gonePersons.length > 0) await erasePersons(gonePersons.map(({ _id }) => _id));
    const goneFaces = await faces
      .find(which, { projection: { _id: 1 }, signal })
      .limit(10_000)
      .toArray();
    const ids = goneFaces.map(({ _id }) => _id);
    if (ids.length > 0) {
      await crops.deleteMany({ _id: { $in: ids } });
      // A face restored meanwhile keeps its vector and loses its crop, which only a re-embedding needs.
      const purgeAt = new Date(Date.now() + tombstoneMs);
      await faces.updateMany({ _id: { $in: ids }, deleted: true }, { $set: { purgeAt }, $unset: { embedding: 1 } });
    }
    return gonePersons.length + ids.length;
  };

  return { eraseDeleted: (beforeMs, signal) => guardMongo(() => eraseDeleted(beforeMs, signal), signal) };
}
