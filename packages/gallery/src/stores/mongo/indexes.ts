import type { Db } from 'mongodb';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';

/** Creates the indexes for the queries and expiry dates; existing ones are left as they are. */
export async function ensureGalleryIndexes(db: Db): Promise<void> {
  const { persons, faces, pairs, crops, sightings, audit } = galleryCollections(db);
  const expire = (field: string) => ({ key: { [field]: 1 as const }, expireAfterSeconds: 0 });
  const deletedAt = { key: { deletedAt: 1 as const }, sparse: true };
  const deleted = { key: { deleted: 1 as const }, partialFilterExpression: { deleted: true } };
  await guardMongo(async () => {
    await persons.createIndexes([
      { key: { version: 1 } },
      deletedAt,
      { key: { mergedInto: 1 }, partialFilterExpression: { mergedInto: { $type: 'string' } } },
      { key: { mayBe: 1 }, partialFilterExpression: { mayBe: { $type: 'string' } } },
      expire('purgeAt'),
    ]);
    await faces.createIndexes([
      { key: { version: 1 } },
      { key: { personId: 1 } },
      { key: { shows: 1 }, partialFilterExpression: { shows: { $type: 'string' } } },
      deletedAt,
      deleted,
      expire('purgeAt'),
    ]);
    await pairs.createIndexes([{ key: { version: 1 } }, { key: { personIds: 1 } }, deletedAt, deleted, expire('purgeAt')]);
    await crops.createIndexes([expire('purgeAt')]);
    await sightings.createIndexes([
      { key: { 'faces.personId': 1, takenAt: -1, _id: -1 } },
      { key: { 'faces.faceId': 1 } },
      { key: { recordedAt: 1, takenAt: 1 } },
      expire('expiresAt'),
    ]);
    await audit.createIndexes([
      { key: { version: -1 } },
      { key: { 'actor.id': 1, version: -1 } },
      { key: { personIds: 1 } },
      { key: { at: 1 } },
      expire('purgeAt'),
    ]);
  });
}
