import type { Db, IndexDescription } from 'mongodb';
import { guardMongo } from './connect.ts';

const expire = (field: string): IndexDescription => ({ key: { [field]: 1 }, expireAfterSeconds: 0 });
const deletedAt: IndexDescription = { key: { deletedAt: 1 }, sparse: true };
const deleted: IndexDescription = { key: { deleted: 1 }, partialFilterExpression: { deleted: true } };

/** The keys of the index of sightings with a picture. */
export const withCropIndex = { takenAt: 1, channel: 1 } as const;

/** The indexes for the queries and expiry dates, by collection. */
export const galleryIndexes: Readonly<Record<string, IndexDescription[]>> = {
  persons: [
    { key: { version: 1 } },
    deletedAt,
    { key: { mergedInto: 1 }, partialFilterExpression: { mergedInto: { $type: 'string' } } },
    { key: { mayBe: 1 }, partialFilterExpression: { mayBe: { $type: 'string' } } },
    expire('purgeAt'),
  ],
  faces: [
    { key: { version: 1 } },
    { key: { personId: 1 } },
    { key: { shows: 1 }, partialFilterExpression: { shows: { $type: 'string' } } },
    // Counting reads nothing but the index.
    { key: { role: 1, deleted: 1, createdAt: 1 } },
    deletedAt,
    deleted,
    expire('purgeAt'),
  ],
  pairs: [{ key: { version: 1 } }, { key: { personIds: 1 } }, deletedAt, deleted, expire('purgeAt')],
  face_crops: [expire('purgeAt')],
  sightings: [
    { key: { 'faces.personId': 1, takenAt: -1, _id: -1 } },
    // How often, when and where somebody was surely seen: nothing but this is read.
    { key: { persons: 1, takenAt: 1, channel: 1, camera: 1 } },
    // Few: those with a picture that waits for a name.
    { key: withCropIndex, partialFilterExpression: { 'faces.crop': { $exists: true } } },
    { key: { 'faces.faceId': 1 } },
    { key: { recordedAt: 1, takenAt: 1 } },
    // Read backwards; with other keys than the partial one: a server has one index for the same keys.
    { key: { takenAt: 1, _id: 1 } },
    { key: { channel: 1, camera: 1, takenAt: -1, _id: -1 } },
    { key: { takenAt: -1, _id: -1 }, partialFilterExpression: { 'faces.decision': 'uncertain' } },
    expire('expiresAt'),
  ],
  last_seen: [{ key: { at: 1 } }],
  audit: [
    { key: { version: -1 } },
    { key: { 'actor.id': 1, version: -1 } },
    { key: { personIds: 1 } },
    { key: { personIds: 1, version: -1 } },
    { key: { at: 1 } },
    expire('purgeAt'),
  ],
};

/** Creates these indexes; existing ones are left as they are. */
export async function ensureGalleryIndexes(db: Db): Promise<void> {
  await guardMongo(async () => {
    for (const [collection, indexes] of Object.entries(galleryIndexes)) await db.collection(collection).createIndexes(indexes);
  });
}
