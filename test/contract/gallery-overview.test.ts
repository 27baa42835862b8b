import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { audit, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';

onEachStore('what is counted of sightings', ({ database, commit }) => {
  const quarter = 900_000;
  const unsure = (over: Parameters<typeof sightedFace>[0] = {}) => sightedFace({ decision: 'uncertain', ...over });

  it('counts in how many snapshots each was surely seen', async () => {
    const { sightings, overview } = database();
    await sightings.record(snapshot({ faces: [sightedFace(), sightedFace(), sightedFace({ personId: 'p2' })] }), [], never);
    await sightings.record(snapshot({ faces: [sightedFace(), unsure({ personId: 'p2' })] }), [], never);
    await sightings.record(
      snapshot({ faces: [unsure({ personId: 'p3', saidBy: 'slack:U1' }), sightedFace({ personId: null })] }),
      [],
      never,
    );
    expect(Object.fromEntries(await overview.counts(null, never))).toEqual({ p1: 2, p2: 1, p3: 1 });
    expect(Object.fromEntries(await overview.counts(['p1', 'p9'], never))).toEqual({ p1: 2 });
    expect([...(await overview.counts([], never))]).toEqual([]);
  });

  it('tells when and where persons were seen, each snapshot once', async () => {
    const { sightings, overview } = database();
    const both = [sightedFace(), sightedFace({ personId: 'p2' })];
    await sightings.record(snapshot({ takenAtMs: quarter * 4 + 1_000, faces: both }), [], never);
    await sightings.record(snapshot({ takenAtMs: quarter * 5 - 1 }), [], never);
    await sightings.record(snapshot({ takenAtMs: quarter * 5, camera: null }), [], never);
    await sightings.record(snapshot({ takenAtMs: quarter * 5 + 1 }), [], never);
    await sightings.record(snapshot({ takenAtMs: quarter * 6, faces: [unsure()] }), [], never);
    await sightings.record(snapshot({ takenAtMs: quarter * 6, faces: [sightedFace({ personId: 'p3' })] }), [], never);
    const seen = await overview.whenSeen(['p1', 'p2'], never);
    expect(seen.quarters.toSorted((a, b) => a.atMs - b.atMs)).toEqual([
      { atMs: quarter * 4, snapshots: 2 },
      { atMs: quarter * 5, snapshots: 2 },
    ]);
    expect(seen.cameras.toSorted((a, b) => b.snapshots - a.snapshots)).toEqual([
      { channel: 'slack:C1', camera: 'Gate', snapshots: 3 },
      { channel: 'slack:C1', camera: null, snapshots: 1 },
    ]);
    expect(await overview.whenSeen([], never)).toEqual({ quarters: [], cameras: [] });
  });

  it('finds the faces of which nobody is sure, newest first, page after page', async () => {
    const { sightings, overview } = database();
    const at = async (snapshotId: string, takenAtMs: number, faces: ReturnType<typeof sightedFace>[]) =>
      sightings.record(snapshot({ snapshotId, takenAtMs, faces }), [], never);
    await at('s1', 1_000, [unsure(), sightedFace(), unsure({ personId: 'p2', similarity: null })]);
    await at('s2', 1_000, [sightedFace(), unsure()]);
    await at('s3', 2_000, [unsure({ saidBy: 'slack:U1' }), unsure({ personId: null })]);
    await at('s4', 3_000, [unsure({ personId: 'p3' })]);
    const expected = [
      ['s4', 0, 'p3'],
      ['s2', 1, 'p1'],
      ['s1', 2, 'p2'],
      ['s1', 0, 'p1'],
    ];
    const found: unknown[] = [];
    for (let after: Awaited<ReturnType<typeof overview.unsure>>[number] | undefined; ;) {
      const page = await overview.unsure(1, never, after);
      found.push(...page.map(({ snapshotId, position, personId }) => [snapshotId, position, personId]));
      after = page.at(-1);
      if (!after || found.length > 9) break;
    }
    expect(found).toEqual(expected);
    expect(await overview.unsure(9, never)).toMatchObject([
      { camera: 'Gate', channel: 'slack:C1', takenAtMs: 3_000 },
      {},
      { similarity: null },
      {},
    ]);
  });

  it('finds the changes that concern one of several persons', async () => {
    const entries = [['p1'], ['p2'], ['p2', 'p3'], ['p4']];
    for (const [index, personIds] of entries.entries())
      await commit({
        persons: [newPerson(`n${String(index)}`)],
        audit: audit({ personIds, actor: { id: index === 1 ? 'slack:U1' : 'cli' } }),
      });
    const { audit: store } = database();
    const found = async (which: Parameters<typeof store.newest>[1]) =>
      (await store.newest(9, which, never)).map(({ personIds }) => personIds.join(' '));
    expect(await found({ persons: ['p2', 'p4'] })).toEqual(['p4', 'p2 p3', 'p2']);
    expect(await found({ persons: ['p2'], actor: 'cli' })).toEqual(['p2 p3']);
    const [newest] = await store.newest(1, { persons: ['p2'] }, never);
    expect(await found({ persons: ['p2'], ...(newest && { below: newest.version }) })).toEqual(['p2']);
    expect(await found({ persons: [] })).toEqual([]);
  });
});
