import { defaultReferenceSettings } from '@watchpost/gallery/decide/references';
import { expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';

const never = new AbortController().signal;
const other = { id: 'slack:U2' };
const refused = { code: 'change-refused' };

describeOperations('undo', (rig) => {
  const name = async (person: string, to: string, by = reader as { id: string }) => rig.apply({ kind: 'name', person, to }, by);

  it('takes back the newest change of whoever asks, not of somebody else', async () => {
    for (const seed of [1, 2, 3]) await rig.see(strangerVector(seed));
    await name('Unknown 1', 'Ada');
    await rig.apply({ kind: 'merge', from: 'Unknown 3', into: 'Unknown 2' }, { id: 'watchpost' });
    await name('Unknown 2', 'Grace', other);
    await rig.undo();
    expect(await rig.names()).toEqual(['Grace', 'Unknown 1']);
    await expect(rig.undo()).rejects.toMatchObject(refused);
    await rig.undo(null, other);
    expect(await rig.names()).toEqual(['Unknown 1', 'Unknown 2']);
    await expect(rig.undo(null, other)).rejects.toMatchObject(refused);
  });

  it('takes back an entry by its id, or the beginning of it', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    const first = await name('Unknown 1', 'Ada');
    await name('Unknown 2', 'Grace');
    await rig.undo(first.id.slice(0, 8), other);
    expect(await rig.names()).toEqual(['Grace', 'Unknown 1']);
    await expect(rig.undo(first.id)).rejects.toMatchObject({ ...refused, message: /undone already/ });
    await expect(rig.undo(first.id.slice(0, 5))).rejects.toMatchObject({ ...refused, message: /first 6 characters/ });
    await expect(rig.undo('ffffffff-nobody')).rejects.toMatchObject({ ...refused, message: /no entry/ });
    const [undo] = await rig.opened.operations.history(1, never);
    await expect(rig.undo(undo?.id)).rejects.toMatchObject({ ...refused, message: /cannot be undone/ });
  });

  it('is done once, however many ask for it at once', async () => {
    await rig.see(strangerVector(1));
    const { id } = await name('Unknown 1', 'Ada');
    const processes = [rig.opened, await rig.start(), await rig.start()];
    const all = await Promise.allSettled(processes.map(async ({ operations }) => operations.undo(id, reader, never)));
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await rig.names()).toEqual(['Unknown 1']);
  });

  it('does not take back a change that a later one depends on', async () => {
    await rig.see(strangerVector(1));
    const first = await name('Unknown 1', 'Ada');
    await name('Ada', 'Grace');
    await expect(rig.undo(first.id)).rejects.toMatchObject({ ...refused, message: /later change/ });
    await rig.undo();
    expect(await rig.names()).toEqual(['Ada']);
  });

  it('takes back a name although the person has been seen and learnt since', async () => {
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    await name('Unknown 1', 'Ada');
    await rig.see(alikeVector(strangerVector(1), 0.75, 5));
    await rig.seeAll([strangerVector(1), strangerVector(2)]);
    expect(await rig.called('Ada')).toMatchObject({ faces: 2 });
    expect((await rig.contents()).pairs).toHaveLength(1);
    await rig.undo();
    expect(await rig.called('Unknown 1')).toMatchObject({ faces: 2 });
  });

  it('of a split gives everything back, also what the new person learnt', async () => {
    const ada = strangerVector(1);
    const twin = alikeVector(ada, 0.75, 7);
    await rig.see(ada, 'first');
    await rig.see(twin, 'second');
    await rig.see(alikeVector(twin, 0.95, 8), 'third');
    const wrong = (await rig.sighting('third'))?.faces[0]?.faceId ?? '';
    const split = await rig.apply({ kind: 'split', person: 'Unknown 1', faceIds: [wrong] });
    expect(await rig.names()).toEqual(['Unknown 1', 'Unknown 2']);
    expect(await rig.see(twin, 'third')).toMatchObject({ person: { name: 'Unknown 2' } });
    expect(await rig.see(ada, 'first')).toMatchObject({ person: { name: 'Unknown 1' } });
    await expect(rig.apply({ kind: 'split', person: 'Unknown 2', faceIds: [wrong] })).rejects.toMatchObject(refused);
    await rig.see(alikeVector(twin, 0.8, 9), 'fourth');
    await rig.undo(split.id);
    expect(await rig.names()).toEqual(['Unknown 1']);
    for (const id of ['third', 'fourth']) expect(await rig.see(twin, id)).toMatchObject({ person: { name: 'Unknown 1' } });
    const { id } = await rig.called('Unknown 1');
    expect((await rig.contents()).faces.map(({ personId }) => personId)).toEqual([id, id, id]);
    // Its number is not used again.
    expect(await rig.see(strangerVector(50))).toMatchObject({ person: { name: 'Unknown 3' } });
  });

  it.each([
    ['whom the face was taken for', 0.72, 0.8, 'Ada'],
    ['nobody, if that was not sure', 0.62, 0.35, null],
  ])('of a correction gives what came of it to %s', async (_, cosine, quality, owner) => {
    const [ada, bob] = [strangerVector(1), strangerVector(2)];
    await rig.see(ada, 'ada');
    await rig.see(bob, 'bob');
    await name('Unknown 1', 'Ada');
    await name('Unknown 2', 'Bob');
    const wrong = alikeVector(ada, cosine, 5);
    await rig.see(wrong, 'wrong', { quality });
    const { id } = await rig.apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: 'Bob' });
    // One matched by the face that was corrected, and learnt; one matched by that one; and one of Bob.
    const views = { next: alikeVector(wrong, 0.85, 6), later: alikeVector(alikeVector(wrong, 0.85, 6), 0.95, 7) };
    for (const [snapshotId, view] of Object.entries(views))
      expect(await rig.see(view, snapshotId)).toMatchObject({ decision: 'match', person: { name: 'Bob' } });
    await rig.see(alikeVector(bob, 0.8, 9), 'own');
    await rig.undo(id);
    const people = new Map((await rig.opened.gallery.people(never)).map((person) => [person.id, person.name]));
    const owners = ['wrong', 'next', 'later', 'own'].map(async (snapshotId) => {
      const [face] = (await rig.sighting(snapshotId))?.faces ?? [];
      return [snapshotId, people.get(face?.personId ?? '') ?? null];
    });
    expect(Object.fromEntries(await Promise.all(owners))).toEqual({ wrong: 'Ada', next: owner, later: owner, own: 'Bob' });
    const learnt = (await rig.contents()).faces.filter(({ role, personId }) => role === 'reference' && people.get(personId) === 'Bob');
    expect(new Set(learnt.map(({ snapshotId }) => snapshotId))).toEqual(new Set(['bob', 'own']));
  });

  it('of a merge does not bring back a face that was corrected since', async () => {
    const settings = { references: { ...defaultReferenceSettings, cap: 2 } };
    const { operations } = await rig.start({ settings });
    const ada = strangerVector(1);
    await rig.see(ada, 'ada');
    for (const seed of [5, 6, 7]) await rig.see(alikeVector(ada, 0.75, seed), `view-${seed}`);
    await rig.see(strangerVector(2), 'bob');
    await rig.see(strangerVector(3));
    const merged = await operations.apply({ kind: 'merge', from: 'Unknown 3', into: 'Unknown 1' }, reader, never);
    const { faces } = await rig.contents();
    const gone = ['view-5', 'view-6', 'view-7'].find((id) => !faces.some(({ snapshotId }) => snapshotId === id)) ?? '';
    await operations.apply({ kind: 'assign', snapshotId: gone, position: 0, person: 'Unknown 2' }, reader, never);
    await operations.apply({ kind: 'forget', person: 'Unknown 2' }, reader, never);
    // More entries than are read at once.
    await rig.see(strangerVector(4));
    for (let index = 0; index < 30; index += 1)
      await operations.apply({ kind: index % 2 ? 'unignore' : 'ignore', person: 'Unknown 4' }, other, never);
    await expect(operations.undo(merged.id, reader, never)).rejects.toMatchObject(refused);
    expect((await rig.contents()).faces.filter(({ snapshotId }) => snapshotId === gone)).toEqual([]);
  });

  it('does not take back a name that somebody else has got since', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    await name('Unknown 1', 'Ada');
    const renamed = await name('Ada', 'Carla');
    await name('Unknown 2', 'ada');
    await expect(rig.undo(renamed.id)).rejects.toMatchObject({ code: 'name-taken' });
    await rig.undo();
    await rig.undo(renamed.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
  });

  it('takes back one change after the other', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    const before = await rig.contents();
    const first = await name('Unknown 1', 'Ada');
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Ada' });
    await rig.apply({ kind: 'alias', person: 'Ada', alias: 'Countess' });
    await rig.undo();
    // The merge still stands.
    await expect(rig.undo(first.id)).rejects.toMatchObject(refused);
    await rig.undo();
    await rig.undo();
    await expect(rig.undo()).rejects.toMatchObject(refused);
    const plain = ({ persons }: typeof before) =>
      persons.map((person) => ({ ...person, version: 0 })).toSorted((one, two) => one.id.localeCompare(two.id));
    expect(plain(await rig.contents())).toEqual(plain(before));
  });

  it('of a merge gives back what was seen and learnt since by the faces that return', async () => {
    const [ada, bob] = [strangerVector(1), strangerVector(2)];
    const views = viewsOf(bob);
    await rig.see(ada);
    await rig.see(bob);
    const merged = await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' });
    for (const [index, view] of views.entries())
      expect(await rig.see(view, `view-${index}`)).toMatchObject({ person: { name: 'Unknown 1' } });
    await rig.see(alikeVector(ada, 0.75, 9), 'of-ada');
    await rig.undo(merged.id);
    for (const [index, view] of views.entries())
      expect(await rig.see(view, `view-${index}`)).toMatchObject({ person: { name: 'Unknown 2' } });
    expect(await rig.called('Unknown 1')).toMatchObject({ faces: 2 });
    expect(await rig.called('Unknown 2')).toMatchObject({ faces: 3 });
    expect(await rig.see(alikeVector(views[1], 0.85, 8))).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
  });

  it('of a correction that made one person of two gives back what was seen and learnt since', async () => {
    const bob = strangerVector(2);
    const views = viewsOf(bob);
    await rig.see(strangerVector(1));
    await rig.see(bob, 'bob');
    const said = await rig.apply({ kind: 'assign', snapshotId: 'bob', position: 0, person: 'Unknown 1' });
    for (const [index, view] of views.entries())
      expect(await rig.see(view, `view-${index}`)).toMatchObject({ person: { name: 'Unknown 1' } });
    await rig.undo(said.id);
    for (const [index, view] of views.entries())
      expect(await rig.see(view, `view-${index}`)).toMatchObject({ person: { name: 'Unknown 2' } });
    expect(await rig.called('Unknown 1')).toMatchObject({ faces: 1 });
    expect((await rig.contents()).pairs).toMatchObject([{ deleted: false }]);
  });

  it('of a split whose unknown stays gives back what was learnt since by the faces that return', async () => {
    const ada = strangerVector(1);
    const twin = alikeVector(ada, 0.75, 7);
    await rig.see(ada);
    await rig.see(twin, 'twin');
    const { id } = await rig.called('Unknown 1');
    const leaving = (await rig.contents()).faces.filter(({ personId, snapshotId }) => personId === id && snapshotId === 'twin');
    const split = await rig.apply({ kind: 'split', person: 'Unknown 1', faceIds: leaving.map((face) => face.id) });
    const views = viewsOf(twin);
    for (const [index, view] of views.entries())
      expect(await rig.see(view, `view-${index}`)).toMatchObject({ person: { name: 'Unknown 2' } });
    await rig.see(alikeVector(ada, 0.75, 9), 'said');
    await rig.apply({ kind: 'assign', snapshotId: 'said', position: 0, person: 'Unknown 2' });
    await rig.undo(split.id);
    for (const [index, view] of views.entries())
      expect(await rig.see(view, `view-${index}`)).toMatchObject({ person: { name: 'Unknown 1' } });
    expect(await rig.called('Unknown 1')).toMatchObject({ faces: 4 });
    expect(await rig.called('Unknown 2')).toMatchObject({ faces: 1 });
  });
});

/** Two more views of a face: the first resembles the face, the second only the first. */
function viewsOf(face: Float32Array): [Float32Array, Float32Array] {
  const first = alikeVector(face, 0.75, 5);
  return [first, alikeVector(first, 0.8, 6)];
}
