import { createChange } from '@watchpost/gallery/changes/change';
import { defaultReferenceSettings } from '@watchpost/gallery/decide/references';
import { expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';
import { namePerson } from '../support/start-gallery.ts';

const never = new AbortController().signal;

describeOperations('merging', (rig) => {
  const merge = async (from: string, into: string) => rig.apply({ kind: 'merge', from, into });
  const seeStrangers = async (count: number): Promise<void> => {
    for (let seed = 1; seed <= count; seed += 1) await rig.see(strangerVector(seed), `stranger-${seed}`);
  };

  it('makes one person, with the faces, sightings and names of both; undone, they are two', async () => {
    const [ada, twin] = [strangerVector(1), strangerVector(2)];
    await seeStrangers(2);
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Ada' });
    // The named person is kept, whatever the order.
    expect(await merge('Ada', 'Unknown 1')).toMatchObject({ action: 'merge', actor: reader, summary: 'Unknown 1 merged into Ada' });
    expect(await rig.names()).toEqual(['Ada']);
    expect(await rig.called('Ada')).toMatchObject({ faces: 2 });
    expect(await rig.see(ada)).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
    // Earlier sightings are hers too, and one since that will return with its face.
    expect(await rig.see(ada, 'stranger-1')).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
    await rig.see(alikeVector(ada, 0.95, 5), 'since');
    await rig.undo();
    expect(await rig.names()).toEqual(['Ada', 'Unknown 1']);
    expect(await rig.see(ada, 'since')).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 1' } });
    expect(await rig.see(twin)).toMatchObject({ person: { name: 'Ada' } });
    expect((await rig.opened.operations.history(2, never)).map(({ action, undone }) => [action, undone])).toEqual([
      ['undo', false],
      ['merge', true],
    ]);
  });

  it('keeps the older number of two unknowns, and the other name of two named', async () => {
    await seeStrangers(4);
    await merge('Unknown 1', 'Unknown 2');
    expect(await rig.names()).toEqual(['Unknown 1', 'Unknown 3', 'Unknown 4']);
    await rig.apply({ kind: 'name', person: 'Unknown 3', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 4', to: 'Countess' });
    await merge('Countess', 'Ada');
    expect(await namePerson(rig.opened, 'countess', 'Ada Lovelace', reader)).toMatchObject({ name: 'Ada Lovelace', faces: 2 });
    await expect(merge('Ada Lovelace', 'Countess')).rejects.toMatchObject({ code: 'change-refused' });
  });

  it('keeps the name of an ignored person as an alias', async () => {
    await seeStrangers(2);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Postman' });
    await rig.apply({ kind: 'ignore', person: 'Postman' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Pat' });
    await merge('Postman', 'Pat');
    expect(await namePerson(rig.opened, 'postman', 'Patrick', reader)).toMatchObject({ name: 'Patrick', faces: 2 });
  });

  it('keeps every number findable, and follows long chains to their end', async () => {
    const count = 25;
    await seeStrangers(count);
    await rig.apply({ kind: 'name', person: `Unknown ${count}`, to: 'Ada' });
    for (let number = count - 1; number >= 2; number -= 1) await merge(`Unknown ${number}`, `Unknown ${number - 1}`);
    await merge('Unknown 1', 'Ada');
    expect(await rig.names()).toEqual(['Ada']);
    const { id } = await rig.called('Ada');
    expect(await rig.see(strangerVector(24), 'stranger-24')).toMatchObject({ person: { id } });
    const { persons } = await rig.contents();
    expect(new Set(persons.map(({ mergedInto }) => mergedInto))).toEqual(new Set([null, id]));
    for (const number of [1, 12, 24, 25]) {
      await expect(rig.apply({ kind: 'alias', person: `Unknown ${number}`, alias: `Nick ${number}` })).resolves.toMatchObject({
        personIds: [id],
      });
    }
    // A chain that an earlier version left in the database is followed as well.
    await rig.apply({ kind: 'forget', person: 'Unknown 17' });
    const left = await rig.contents();
    expect([left.persons, left.faces]).toEqual([[], []]);
  });

  it('makes one of two persons of one name, given by that name alone or with one id', async () => {
    await seeStrangers(3);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Grace' });
    const older = await rig.called('Ada');
    await rig.backend.renameByHand(rig.storage, 'Grace', 'ada');
    await expect.poll(async () => rig.names(), { timeout: 5_000 }).toContain('ada');
    expect(rig.opened.operations.suggestions()).toMatchObject([{ kind: 'merge', from: { name: 'ada' }, into: { id: older.id } }]);
    // Meanwhile the name is shown, and nobody is uncertain.
    expect(await rig.see(strangerVector(1))).toMatchObject({ decision: 'match', person: { id: older.id } });
    await expect(rig.apply({ kind: 'ignore', person: 'Ada' })).rejects.toMatchObject({ code: 'change-refused', message: /by its id/ });
    await merge('Ada', 'Ada');
    expect(await rig.names()).toEqual(['Ada', 'Unknown 3']);
    expect(await rig.called('Ada')).toMatchObject({ id: older.id, faces: 2 });
    await expect(merge('Ada', 'Ada')).rejects.toMatchObject({ code: 'change-refused', message: /with itself/ });
    await rig.undo();
    await merge(older.id.slice(0, 8), 'Ada');
    expect(await rig.names()).toEqual(['Ada', 'Unknown 3']);
  });

  it('keeps no more references than the cap; undone, all are back', async () => {
    const settings = { references: { ...defaultReferenceSettings, cap: 2 } };
    const { gallery, operations } = await rig.start({ settings, vectors: false });
    await seeStrangers(3);
    const faces = async (): Promise<number[]> => (await gallery.people(never)).map((person) => person.faces);
    await operations.apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' }, reader, never);
    expect(await faces()).toEqual([2, 1]);
    await operations.apply({ kind: 'merge', from: 'Unknown 3', into: 'Unknown 1' }, reader, never);
    expect(await faces()).toEqual([2]);
    await operations.undo(null, reader, never);
    expect(await faces()).toEqual([2, 1]);
  });

  it('forgets that the two were said to be different', async () => {
    await seeStrangers(2);
    const view = alikeVector(strangerVector(1), 0.7, 9);
    await rig.see(view, 'wrong');
    await rig.apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: 'Unknown 2' });
    const before = await rig.contents();
    expect(before.pairs).toHaveLength(1);
    await merge('Unknown 2', 'Unknown 1');
    const after = await rig.contents();
    expect(after.pairs).toEqual([]);
    // The negative would keep the person from its own face.
    expect(after.faces.map(({ role }) => role)).not.toContain('negative');
    expect(await rig.see(alikeVector(view, 0.97, 10))).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 1' } });
    await rig.undo();
    const undone = await rig.contents();
    expect(undone.pairs).toHaveLength(1);
    const roles = ({ faces }: typeof before) => new Map(faces.map(({ id, role }) => [id, role]));
    expect(roles(undone)).toEqual(roles(before));
  });

  it('is done by naming an unknown like a person without faces, with a full set of references too', async () => {
    const settings = { references: { ...defaultReferenceSettings, cap: 2 } };
    await rig.see(strangerVector(1));
    for (const index of [0, 1, 2]) await rig.see(alikeVector(strangerVector(1), 0.75, 30 + index));
    await rig.see(strangerVector(2));
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Ada' });
    const withoutVectors = await rig.start({ settings, vectors: false });
    const ada = await rig.called('Ada');
    const { faces } = await rig.contents();
    const id = faces.find(({ personId }) => personId === ada.id)?.id ?? '';
    await rig.withDatabase(async ({ store }) => {
      const head = await store.head(never);
      await store.commit(head, { persons: [], faces: [{ id, isNew: false, set: { deleted: true } }], pairs: [] }, 'removed', never);
    });
    await withoutVectors.operations.apply({ kind: 'name', person: 'Unknown 1', to: 'ada' }, reader, never);
    expect(await withoutVectors.gallery.person(ada.id, never)).toMatchObject({ name: 'Ada', faces: 2 });
  });

  it('undone, takes back what was learnt since from the faces that return, but not what a reader said', async () => {
    const bob = strangerVector(2);
    await seeStrangers(2);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const merged = await merge('Unknown 2', 'Ada');
    const learnt = alikeVector(bob, 0.75, 30);
    await rig.see(learnt, 'learnt');
    const said = alikeVector(bob, 0.7, 31);
    await rig.see(said, 'said');
    await rig.apply({ kind: 'assign', snapshotId: 'said', position: 0, person: 'Ada' });
    await rig.see(alikeVector(strangerVector(1), 0.75, 32), 'hers');
    await rig.undo(merged.id);
    expect([(await rig.called('Ada')).faces, (await rig.called('Unknown 2')).faces]).toEqual([3, 2]);
    for (const id of ['learnt', 'stranger-2']) expect(await rig.see(bob, id)).toMatchObject({ person: { name: 'Unknown 2' } });
    for (const id of ['said', 'hers']) expect(await rig.see(bob, id)).toMatchObject({ person: { name: 'Ada' } });
    expect(await rig.see(alikeVector(learnt, 0.9, 33))).toMatchObject({ person: { name: 'Unknown 2' } });
  });

  it('by naming, undone, takes back the sightings since', async () => {
    await rig.withDatabase(async ({ store }) => {
      const change = createChange(await store.head(never));
      change.createPerson('Ada');
      await store.commit(await store.head(never), change.changeset()!, 'imported', never);
    });
    await seeStrangers(1);
    const named = await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(strangerVector(1), 'since');
    await rig.undo(named.id);
    for (const id of ['stranger-1', 'since']) expect(await rig.see(strangerVector(1), id)).toMatchObject({ person: { name: 'Unknown 1' } });
  });

  it('keeps the name, if the unknown is ignored', async () => {
    await seeStrangers(2);
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Ada' });
    await rig.apply({ kind: 'ignore', person: 'Unknown 1' });
    await merge('Ada', 'Unknown 1');
    expect(await rig.called('Ada')).toMatchObject({ status: 'named', faces: 2 });
    expect(await rig.names()).toEqual(['Ada']);
  });
});
