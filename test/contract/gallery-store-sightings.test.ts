import type { Evidence } from '@watchpost/gallery/evidence';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';

const evidence: Evidence = {
  best: { personId: 'p1', faceId: 'f1', similarity: 0.71, falseMatchRate: 1e-6, likelihoodRatio: 900 },
  second: null,
  negative: 0.25,
  match: 0.655,
  uncertain: 0.585,
  margin: 0.04,
  compared: { persons: 12, faces: 20, comparisons: 17 },
  rules: 2,
};

onEachStore('sightings', ({ database, commit }) => {
  it('keeps sightings once, and when a person was last seen', async () => {
    const { sightings } = database();
    const first = snapshot({
      faces: [sightedFace({ evidence }), sightedFace({ decision: 'unrecognisable', personId: null, similarity: null, faceId: null })],
    });
    expect(await sightings.find(first.snapshotId, never)).toBeNull();
    expect(await sightings.record(first, [], never)).toEqual(first);
    expect(await sightings.record({ ...first, faces: [sightedFace({ personId: 'p9' })] }, [], never)).toEqual(first);
    expect(await sightings.find(first.snapshotId, never)).toEqual(first);
    const later = snapshot({ takenAtMs: 5_000, camera: null });
    await sightings.record(later, [], never);
    await sightings.record(snapshot({ takenAtMs: 3_000 }), [], never);
    await sightings.record(snapshot({ takenAtMs: 9_000, faces: [sightedFace({ decision: 'uncertain' })] }), [], never);
    expect((await sightings.lastSeen(['p1', 'p2'], never)).get('p1')).toEqual({ atMs: 5_000, channel: 'slack:C1', camera: null });
    expect((await sightings.lastSeen(null, never)).size).toBe(1);
    expect((await sightings.ofPersons(['p1'], 2, never)).map(({ takenAtMs }) => takenAtMs)).toEqual([9_000, 5_000]);
  });

  it('finds the newest snapshots of several persons, each once, page after page', async () => {
    const { sightings } = database();
    for (let index = 0; index < 7; index += 1) {
      // Both persons in the second; three at one moment.
      const faces = index === 1 ? [sightedFace(), sightedFace({ personId: 'p2' })] : [sightedFace({ personId: index % 2 ? 'p1' : 'p2' })];
      await sightings.record(snapshot({ snapshotId: `s${String(index)}`, takenAtMs: index < 3 ? 1_000 : index * 1_000, faces }), [], never);
    }
    await sightings.record(snapshot({ takenAtMs: 99_000, faces: [sightedFace({ personId: 'p3' })] }), [], never);
    const expected = ['s6', 's5', 's4', 's3', 's2', 's1', 's0'];
    const found: string[] = [];
    for (let after: { takenAtMs: number; snapshotId: string } | undefined; found.length < 20;) {
      const page = await sightings.ofPersons(['p1', 'p2'], 3, never, after);
      found.push(...page.map(({ snapshotId }) => snapshotId));
      after = page.at(-1);
      if (!after) break;
    }
    expect(found).toEqual(expected);
    expect((await sightings.ofPersons(['p1'], 9, never)).map(({ snapshotId }) => snapshotId)).toEqual(['s5', 's3', 's1']);
  });

  it('keeps the pictures of faces that wait for a name, and gives each back', async () => {
    const { sightings } = database();
    const seen = snapshot({ faces: [sightedFace(), sightedFace(), sightedFace()] });
    await sightings.record(seen, [{ position: 2, jpeg: new Uint8Array([255, 216, 0, 7]) }], never);
    await sightings.record(seen, [{ position: 0, jpeg: new Uint8Array([1]) }], never);
    expect(await sightings.crop(seen.snapshotId, 2, never)).toEqual(new Uint8Array([255, 216, 0, 7]));
    expect(await sightings.crop(seen.snapshotId, 0, never)).toBeNull();
    expect(await sightings.crop('gone', 2, never)).toBeNull();
  });

  it('records many snapshots of the same persons at once', async () => {
    const { sightings } = database();
    const persons = ['p1', 'p2', 'p3', 'p4'];
    const shuffled = (index: number): string[] => (index % 2 ? persons : persons.toReversed());
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        sightings.record(snapshot({ takenAtMs: index, faces: shuffled(index).map((personId) => sightedFace({ personId })) }), [], never),
      ),
    );
    const seen = await sightings.lastSeen(null, never);
    expect(persons.map((id) => seen.get(id)?.atMs)).toEqual([39, 39, 39, 39]);
  });

  it('moves sightings with their faces, only from the persons named, and none that a reader corrected', async () => {
    const { sightings } = database();
    const faces = [
      sightedFace({ faceId: 'f1' }),
      sightedFace({ faceId: 'f2' }),
      sightedFace({ faceId: 'f2', personId: 'p9' }),
      sightedFace({ faceId: 'f2', saidBy: 'platform:U1' }),
    ];
    const seen = snapshot({ faces });
    await sightings.record(seen, [], never);
    const persons = async () => (await sightings.find(seen.snapshotId, never))?.faces.map(({ personId }) => personId);
    await commit({ persons: [newPerson('p1')], moveSightings: [{ faceIds: ['f2'], from: ['p1', 'p7'], to: 'p2' }] });
    expect(await persons()).toEqual(['p1', 'p2', 'p9', 'p1']);
    // One after the other.
    await commit({
      moveSightings: [
        { faceIds: ['f1', 'f2'], from: ['p2', 'p1'], to: 'p3' },
        { faceIds: ['f2'], from: ['p3'], to: 'p4' },
      ],
    });
    expect(await persons()).toEqual(['p3', 'p4', 'p9', 'p1']);
  });

  it('assigns a face to a person or to nobody, and keeps who said so', async () => {
    const { sightings } = database();
    const seen = snapshot({ faces: [sightedFace(), sightedFace({ saidBy: 'platform:U1' })] });
    await sightings.record(seen, [], never);
    const { snapshotId } = seen;
    await commit({
      assignments: [
        { snapshotId, position: 0, personId: null, saidBy: 'platform:U2' },
        { snapshotId, position: 1, personId: 'p3', saidBy: null },
        { snapshotId: 'gone', position: 0, personId: 'p3', saidBy: null },
      ],
    });
    const found = (await sightings.find(snapshotId, never))?.faces.map(({ personId, saidBy }) => ({ personId, saidBy }));
    expect(found).toEqual([
      { personId: null, saidBy: 'platform:U2' },
      { personId: 'p3', saidBy: null },
    ]);
  });
});
