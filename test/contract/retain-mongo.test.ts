import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { withMongo } from '../support/gallery-backends.ts';
import { newFace, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';
import { examined } from '../support/retain-examined.ts';

const quarter = 900_000;
const atOnce = { deletedMs: -1_000, auditMs: 1e12, mergedMs: 1e12 };

onEachStore(
  'what is read to count',
  ({ storage, database, commit }) => {
    const record = async (count: number, faces: (index: number) => ReturnType<typeof sightedFace>[]): Promise<void> => {
      for (let index = 0; index < count; index += 1)
        await database().sightings.record(
          snapshot({ snapshotId: `s${index}`, takenAtMs: quarter * index, faces: faces(index) }),
          [],
          never,
        );
    };
    const sighted = async (work: () => Promise<unknown>) => examined(storage(), 'sightings', work);
    const counts = async () => Object.fromEntries(await database().overview.counts(null, never));

    it('is no sighting where people are counted, or when they were seen', async () => {
      await record(30, (index) => [sightedFace({ personId: `p${index % 3}` }), sightedFace({ personId: 'p9', decision: 'uncertain' })]);
      const { overview } = database();
      const all = await sighted(async () =>
        expect(await overview.counts(null, never)).toEqual(new Map(['p0', 'p1', 'p2'].map((id) => [id, 10]))),
      );
      expect(all.documents).toBe(0);
      expect(all.keys).toBeGreaterThan(29);
      expect(await sighted(async () => overview.counts(['p1', 'p2'], never))).toMatchObject({ documents: 0 });
      expect(await sighted(async () => expect((await overview.whenSeen(['p1', 'p2'], never)).quarters).toHaveLength(20))).toMatchObject({
        documents: 0,
      });
    });

    it('is right after faces were moved, assigned and erased', async () => {
      await commit({ persons: ['p1', 'p2', 'p3'].map((id) => newPerson(id)), faces: [newFace('f1', 'p1')] });
      await record(3, () => [sightedFace({ faceId: 'f1' }), sightedFace({ personId: 'p2', faceId: null, decision: 'uncertain' })]);
      expect(await counts()).toEqual({ p1: 3 });
      await commit({ assignments: [{ snapshotId: 's0', position: 1, personId: 'p2', saidBy: '$who' }] });
      expect(await counts()).toEqual({ p1: 3, p2: 1 });
      await commit({ moveSightings: [{ faceIds: ['f1'], from: ['p1'], to: 'p3' }] });
      expect(await counts()).toEqual({ p3: 3, p2: 1 });
      await commit({ assignments: [{ snapshotId: 's1', position: 0, personId: null, saidBy: 'slack:U1' }] });
      expect(await counts()).toEqual({ p3: 2, p2: 1 });
      await commit({ persons: [{ id: 'p3', isNew: false, set: { deleted: true } }] });
      await database().eraser.erase(atOnce, never);
      expect(await counts()).toEqual({ p2: 1 });
      expect(await database().holdings.traces({ personIds: ['p3'], faceIds: [] }, never)).toMatchObject({ sightings: 0 });
    });

    it('is noted for what an earlier release recorded, by housekeeping', async () => {
      await record(4, (index) => [sightedFace({ personId: index === 0 ? null : 'p1' })]);
      await withMongo(storage(), async (client) => {
        await client
          .db()
          .collection('sightings')
          .updateMany({}, { $unset: { persons: 1 } });
        await client.db().collection<{ _id: string }>('sightings').insertOne({ _id: 'broken' });
      });
      expect(await counts()).toEqual({});
      await database().eraser.erase(atOnce, never);
      expect(await counts()).toEqual({ p1: 3 });
      // Then there is nothing left to look at.
      expect(await sighted(async () => database().eraser.erase(atOnce, never))).toMatchObject({ documents: 0 });
    });

    it('is no sighting without a picture where pictures are not kept', async () => {
      await record(20, () => [sightedFace()]);
      const { sightings, holdings } = database();
      await sightings.record(snapshot({ snapshotId: 'with', faces: [sightedFace()] }), [{ position: 0, jpeg: new Uint8Array([1]) }], never);
      const prune = async () => holdings.prune({ kind: 'crops' }, never);
      // Found by its picture, and written.
      const first = await sighted(async () => expect(await prune()).toBe(1));
      expect(first.documents).toBeLessThanOrEqual(2);
      expect(await sightings.crop('with', 0, never)).toBeNull();
      expect(await sighted(async () => expect(await prune()).toBe(0))).toEqual({ documents: 0, keys: 0 });
    });

    it('is no piece of a file where old ones are removed, but to remove it', async () => {
      const { documents } = database();
      const piece = { kind: 'kept-file-piece', revision: 0, keys: [], expiresAtMs: null, body: { base64: 'AAAA' } };
      for (const atMs of [1, 2, 3, 2_000]) await documents.put({ ...piece, id: `f-${atMs}`, atMs }, never);
      const old = { kind: 'kept-file-piece', beforeMs: 1_000, dated: false };
      const read = await examined(storage(), 'documents', async () => expect(await documents.removeOld(old, never)).toBe(3));
      expect(read.documents).toBe(3);
      expect(await examined(storage(), 'documents', async () => documents.removeOld(old, never))).toMatchObject({ documents: 0 });
    });

    it('is no face where the storage of references is reported', async () => {
      await commit({
        persons: [newPerson('p1')],
        faces: Array.from({ length: 9 }, (_, index) => String(index + 1)).map((id) => newFace(id, 'p1')),
      });
      await commit({
        faces: [
          { id: '1', isNew: false, set: { deleted: true } },
          { id: '2', isNew: false, set: { role: 'negative' } },
        ],
      });
      const { holdings } = database();
      const read = await examined(storage(), 'faces', async () =>
        expect(await holdings.sizes(never)).toMatchObject({ faces: { count: 7, isExact: true }, negatives: { count: 1, isExact: true } }),
      );
      // The deleted one.
      expect(read.documents).toBeLessThanOrEqual(2);
    });
  },
  { only: 'MongoDB, replica' },
);
