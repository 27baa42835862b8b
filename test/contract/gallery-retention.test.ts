import { pairId } from '@watchpost/gallery/domain';
import { expect, it } from 'vitest';
import { snapshotJob } from '../support/factories.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { sightedFace, snapshot } from '../support/gallery-samples.ts';
import {
  allStored,
  expireByIndexes,
  leavePlaceholders,
  letTimePass,
  markDeletedByHand,
  mergeByHand,
  type Stored,
} from '../support/passing-time.ts';
import { startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
const dayMs = 24 * 3_600_000;

describeGallery('retention', (rig) => {
  const personId = async (name: string): Promise<string> => (await rig.called(name)).id;
  /** Days later a new process keeps house. */
  const later = async (days: number): Promise<Stored> => {
    await letTimePass(rig.storage, days * dayMs);
    await expireByIndexes(rig.storage);
    const process = await startGallery(rig.storage);
    // The first round may find what the second one erases.
    for (let round = 0; round < 2; round += 1) expect(await process.housekeeping.round(never)).not.toBeNull();
    await process.gallery.close();
    await expireByIndexes(rig.storage);
    return allStored(rig.storage);
  };

  it('keeps nothing that is outdated, and nothing goes that must stay', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) await rig.see(strangerVector(seed), `s${seed}`);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await rig.seeAll([strangerVector(1), strangerVector(4)], { snapshotId: 'together' });
    await rig.seeAll([strangerVector(1), strangerVector(5)], { snapshotId: 'with somebody forgotten' });
    const [ada, merged, dan, gone] = await Promise.all(['Ada', 'Unknown 3', 'Unknown 4', 'Unknown 5'].map(personId));
    await rig.apply({ kind: 'merge', from: 'Unknown 3', into: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 4', to: 'Dan' });
    await rig.apply({ kind: 'forget', person: 'Unknown 5' });
    expect((await rig.contents()).pairs.map(({ id }) => id)).toEqual([pairId(ada ?? '', dan ?? '')]);
    await rig.withDatabase(async ({ sightings, records, upkeep }) => {
      const seen = snapshot({ snapshotId: 'with a crop', takenAtMs: Date.now(), faces: [sightedFace({ personId: ada ?? '' })] });
      await sightings.record(seen, [{ position: 0, jpeg: new Uint8Array([1]) }], never);
      await records.open(snapshotJob({ snapshotId: 'recorded' }), never);
      // A process that died soon after.
      expect(await upkeep.lease('somebody', 60_000, never)).not.toBeNull();
    });
    await leavePlaceholders(rig.storage, dayMs);

    const dayOne = await later(1);
    expect(dayOne.persons).toHaveLength(6);
    expect([dayOne.snapshots, dayOne.sightings.includes('with a crop')]).toEqual([['recorded'], true]);
    expect(Object.values(dayOne).flat()).not.toContain('left over');

    const week = await later(8);
    expect(week.persons).not.toContain(gone);
    expect(week.pairs).toEqual([pairId(ada ?? '', dan ?? '')]);
    expect(week.persons).toContain(merged);

    const month = await later(31);
    expect([month.sightings, month.snapshots]).toEqual([[], []]);
    expect(month.persons).not.toContain(merged);
    expect(month.persons).toHaveLength(4);
    expect(month.faces).toHaveLength(5);
    await rig.withDatabase(async ({ sightings }) => expect(await sightings.crop('with a crop', 0, never)).toBeNull());

    // Nobody has named or seen Unknown 6: forgotten, then erased, and a week later nothing is left.
    await later(60);
    await later(1);
    const quarter = await later(8);
    expect(quarter.persons).toHaveLength(3);
    expect(quarter.last_seen).toEqual(quarter.persons);
    expect(quarter.faces).toHaveLength(4);
    expect(quarter.audit).not.toEqual([]);

    const year = await later(401);
    expect(year).toEqual({ ...quarter, audit: [] });
    expect(year.pairs).toEqual([pairId(ada ?? '', dan ?? '')]);
    const process = await rig.start();
    const [found] = (await process.gallery.people(never)).filter(({ name }) => name === 'Ada');
    expect(found?.id).toBe(ada);
    const renamed = await process.operations.apply({ kind: 'name', person: 'Unknown 3', to: 'Ada Lovelace' }, { id: 'cli' }, never);
    expect(renamed.personIds).toEqual([ada]);
  });

  it('keeps an entry of the audit for as long as the setting says', async () => {
    await rig.see(strangerVector(1), 's1');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    expect((await later(399)).audit).toHaveLength(1);
    expect((await later(2)).audit).toEqual([]);
  });

  it('erases what somebody marked as deleted by hand', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed), `s${seed}`);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.seeAll([strangerVector(1), strangerVector(2)], { snapshotId: 'together' });
    const { faces, pairs } = await rig.contents();
    const unknown = await personId('Unknown 2');
    await markDeletedByHand(rig.storage, 'faces', faces.find((face) => face.personId === unknown)?.id ?? '');
    await markDeletedByHand(rig.storage, 'pairs', pairs[0]?.id ?? '');
    await later(0);
    await later(1);
    const left = await later(8);
    expect([left.faces, left.pairs]).toEqual([faces.flatMap((face) => (face.personId === unknown ? [] : [face.id])), []]);
  });

  it('finds the number of an unknown who was merged by hand, when nothing else is left of them', async () => {
    for (const seed of [1, 2, 3]) await rig.see(strangerVector(seed), `s${seed}`);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const [ada, two, three] = await Promise.all(['Ada', 'Unknown 2', 'Unknown 3'].map(personId));
    await mergeByHand(rig.storage, three ?? '', two ?? '');
    await expect.poll(() => rig.names(), { timeout: 10_000 }).toEqual(['Ada', 'Unknown 2']);
    await expect.poll(async () => (await rig.opened.operations.history(1, never))[0]?.action, { timeout: 10_000 }).toBe('edit');
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Ada' });
    await later(20);
    expect((await later(20)).persons).toEqual([ada]);
    const process = await rig.start();
    const renamed = await process.operations.apply({ kind: 'name', person: 'Unknown 3', to: 'Ada L.' }, { id: 'cli' }, never);
    expect(renamed.personIds).toEqual([ada]);
  });
});
