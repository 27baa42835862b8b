import { expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

describeOperations('removing a face of a person', (rig) => {
  const ada = strangerVector(1);
  const faces = async () => (await rig.contents()).faces.filter(({ deleted }) => !deleted).map(({ id }) => id);
  const known = async (): Promise<string[]> => {
    await rig.see(ada, 'one');
    await rig.see(alikeVector(ada, 0.85, 2), 'two');
    return faces();
  };

  it('removes it, keeps what it was matched to, and gives it back', async () => {
    const [first = '', second = ''] = await known();
    const entry = await rig.apply({ kind: 'remove-face', person: 'Unknown 1', faceId: first });
    expect(entry).toMatchObject({ summary: 'a reference of Unknown 1 was removed' });
    expect(await faces()).toEqual([second]);
    expect((await rig.sighting('one'))?.faces[0]?.personId).toBe((await rig.called('Unknown 1')).id);
    await rig.undo(entry.id);
    expect((await faces()).toSorted()).toEqual([first, second].toSorted());
  });

  it('does not remove the last face of an unknown, nor somebody else’s', async () => {
    const [first = '', second = ''] = await known();
    await rig.see(strangerVector(5), 'bob');
    await expect(rig.apply({ kind: 'remove-face', person: 'Unknown 2', faceId: first })).rejects.toMatchObject({ code: 'change-refused' });
    await rig.apply({ kind: 'remove-face', person: 'Unknown 1', faceId: first });
    await expect(rig.apply({ kind: 'remove-face', person: 'Unknown 1', faceId: second })).rejects.toMatchObject({ code: 'change-refused' });
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'remove-face', person: 'Ada', faceId: second });
    expect((await rig.called('Ada')).faces).toBe(0);
  });

  it('works where no vectors are in memory, as do splitting, merging and correcting', async () => {
    const [first = '', second = ''] = await known();
    await rig.see(strangerVector(5), 'bob');
    const { operations, gallery } = await rig.start({ vectors: false });
    const by = { id: 'console:ada' };
    const never = new AbortController().signal;
    const split = await operations.apply({ kind: 'split', person: 'Unknown 1', faceIds: [second] }, by, never);
    expect((await gallery.people(never)).map(({ name, faces: count }) => [name, count])).toContainEqual(['Unknown 3', 1]);
    await operations.undo(split.id, by, never);
    await operations.apply({ kind: 'assign', snapshotId: 'two', position: 0, person: 'Unknown 2' }, by, never);
    await operations.undo(null, by, never);
    await operations.apply({ kind: 'this-is', snapshotId: 'one', position: 0, person: { name: 'Ada' } }, by, never);
    await operations.apply({ kind: 'merge', from: 'Unknown 2', into: 'Ada' }, by, never);
    await operations.apply({ kind: 'remove-face', person: 'Ada', faceId: first }, by, never);
    expect((await gallery.people(never)).map(({ name, faces: count }) => [name, count])).toEqual([['Ada', 2]]);
  });
});
