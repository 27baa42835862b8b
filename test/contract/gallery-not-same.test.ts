import { expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

describeOperations('persons who are not the same', (rig) => {
  const keepHouse = async (): Promise<void> => {
    for (let round = 0; round < 2; round += 1) await rig.opened.housekeeping.round(never);
  };
  const middle = alikeVector(strangerVector(1), 0.72, 3);
  /** Two unknowns, and a third view that matches both: housekeeping takes them for one. */
  const seeTwins = async (): Promise<void> => {
    await rig.see(strangerVector(1), 'one');
    await rig.see(alikeVector(middle, 0.75, 4), 'two');
    await rig.see(middle, 'middle');
  };
  const both = ['Unknown 1', 'Unknown 2'];

  it('are not merged again once a reader took their merge back', async () => {
    await seeTwins();
    await keepHouse();
    expect(await rig.names()).toEqual(['Unknown 1']);
    const [merged] = await rig.opened.operations.history(1, never);
    await rig.undo(merged?.id);
    expect(await rig.names()).toEqual(both);
    await keepHouse();
    await rig.see(alikeVector(middle, 0.97, 30));
    await keepHouse();
    expect(await rig.names()).toEqual(both);
    // A person may merge them all the same.
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' });
    expect(await rig.names()).toEqual(['Unknown 1']);
  });

  it('are not merged after a split', async () => {
    await seeTwins();
    await keepHouse();
    const wrong = (await rig.contents()).faces.find(({ snapshotId }) => snapshotId === 'two')?.id ?? '';
    await rig.apply({ kind: 'split', person: 'Unknown 1', faceIds: [wrong] });
    await rig.see(alikeVector(middle, 0.97, 30));
    await keepHouse();
    expect(await rig.names()).toEqual(['Unknown 1', 'Unknown 3']);
  });

  it('are not merged after a reader said that a face is not this unknown', async () => {
    const stranger = strangerVector(1);
    await rig.see(stranger, 'one');
    const another = alikeVector(stranger, 0.72, 5);
    await rig.see(another, 'wrong');
    await rig.apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: null });
    for (const [index, seed] of [6, 7, 8].entries()) {
      // Each round is one in which housekeeping would take the two for one.
      expect(await rig.see(alikeVector(another, 0.9, seed), `again-${index}`)).toMatchObject({ person: { name: 'Unknown 2' } });
      expect((await rig.contents()).pairs).toHaveLength(1);
      await keepHouse();
      expect(await rig.names()).toEqual(both);
    }
  });

  it('were seen in one picture: noted for good, also after other merges', async () => {
    await seeTwins();
    const two = alikeVector(middle, 0.75, 4);
    await rig.see(strangerVector(9), 'third');
    // The picture shows an unknown that is merged into the first one afterwards.
    await rig.seeAll([strangerVector(9), two], { snapshotId: 'together' });
    await rig.seeAll([strangerVector(9), two]);
    expect((await rig.contents()).pairs).toHaveLength(1);
    await rig.apply({ kind: 'merge', from: 'Unknown 3', into: 'Unknown 1' });
    await keepHouse();
    expect(await rig.names()).toEqual(both);
  });

  it('contest each other where two unknowns would not', async () => {
    const [one, two] = [strangerVector(1), alikeVector(middle, 0.75, 4)];
    await rig.see(one);
    await rig.see(two);
    // Too poor a picture to become a reference, or a person.
    const poor = { quality: 0.35 };
    expect(await rig.see(middle, 'before', poor)).toMatchObject({ decision: 'unknown' });
    await rig.seeAll([one, two]);
    expect(await rig.see(middle, 'after', poor)).toMatchObject({ decision: 'uncertain' });
  });

  it('are no note between named persons', async () => {
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await rig.seeAll([strangerVector(1), strangerVector(2)]);
    expect((await rig.contents()).pairs).toEqual([]);
  });

  it('are not merged after a reader said first who a face is not, and then who it is', async () => {
    await rig.see(strangerVector(1), 'one');
    await rig.see(strangerVector(2), 'two');
    await rig.see(alikeVector(strangerVector(1), 0.72, 13), 'wrong');
    await rig.apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: null });
    expect((await rig.contents()).pairs).toEqual([]);
    await rig.apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: 'Unknown 2' });
    const ids = [(await rig.called('Unknown 1')).id, (await rig.called('Unknown 2')).id];
    expect((await rig.contents()).pairs.map(({ personIds }) => [...personIds].sort())).toEqual([ids.sort()]);
  });
});
