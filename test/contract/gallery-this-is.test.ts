import { setMaxListeners } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

const [ada, bob, carl] = [strangerVector(1), strangerVector(2), strangerVector(3)];
const never = new AbortController().signal;
setMaxListeners(0, never);
const refused = { code: 'change-refused', retry: 'permanent' };

describeOperations('"This is…"', (rig) => {
  const thisIs = async (snapshotId: string, person: { id: string } | { name: string }, by?: { id: string }) =>
    rig.apply({ kind: 'this-is', snapshotId, position: 0, person }, by);
  const idOf = async (name: string): Promise<string> => (await rig.called(name)).id;
  const whoIn = async (snapshotId: string): Promise<string | null> => {
    const [first] = (await rig.opened.questions.seenIn([snapshotId], never)).get(snapshotId) ?? [];
    return first?.person?.name ?? null;
  };
  const learntFrom = async (snapshotId: string) => (await rig.contents()).faces.filter((each) => each.snapshotId === snapshotId);

  beforeEach(async () => {
    await rig.see(ada, 'ada');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(bob, 'bob');
  });

  it('gives an unknown the name of somebody new: past sightings follow', async () => {
    await rig.see(alikeVector(bob, 0.8, 5), 'earlier');
    const entry = await thisIs('bob', { name: ' Bob  Ross ' });
    expect(entry).toMatchObject({ action: 'assign', summary: 'Unknown 2 → Bob Ross', actor: { id: 'slack:U1' } });
    expect(await rig.names()).toEqual(['Ada', 'Bob Ross']);
    expect([await whoIn('bob'), await whoIn('earlier')]).toEqual(['Bob Ross', 'Bob Ross']);
    expect((await rig.sighting('bob'))?.faces[0]?.saidBy).toBe('slack:U1');
    expect((await rig.sighting('earlier'))?.faces[0]?.saidBy).toBeNull();
    await rig.undo(entry.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect((await rig.sighting('bob'))?.faces[0]?.saidBy).toBeNull();
  });

  it('makes an unknown whom it is: past sightings follow, and undoing takes them apart', async () => {
    await rig.see(alikeVector(bob, 0.8, 5), 'earlier');
    const entry = await thisIs('bob', { id: await idOf('Ada') });
    expect(entry).toMatchObject({ action: 'assign', summary: 'Unknown 2 is Ada' });
    expect(await rig.names()).toEqual(['Ada']);
    expect([await whoIn('bob'), await whoIn('earlier')]).toEqual(['Ada', 'Ada']);
    expect((await rig.sighting('bob'))?.faces[0]).toMatchObject({ personId: await idOf('Ada'), saidBy: 'slack:U1' });
    expect(await rig.see(alikeVector(bob, 0.8, 6))).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
    await rig.undo(entry.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect([await whoIn('bob'), await whoIn('earlier')]).toEqual(['Unknown 2', 'Unknown 2']);
  });

  it('makes one of two unknowns: the older stays', async () => {
    await rig.see(carl, 'carl');
    await thisIs('bob', { id: await idOf('Unknown 3') });
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect(await whoIn('carl')).toBe('Unknown 2');
  });

  it('concerns one face only where the two are known to be different', async () => {
    await rig.see(alikeVector(bob, 0.8, 5), 'earlier');
    await rig.see(alikeVector(bob, 0.8, 6), 'more');
    await rig.apply({ kind: 'distinguish', person: 'Unknown 2', other: 'Ada' });
    await thisIs('earlier', { id: await idOf('Ada') });
    expect([await whoIn('earlier'), await whoIn('bob'), await whoIn('more')]).toEqual(['Ada', 'Unknown 2', 'Unknown 2']);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
  });

  it('corrects a name for this face only, with somebody who is there or new', async () => {
    await rig.see(alikeVector(ada, 0.7, 7), 'wrong');
    await thisIs('wrong', { id: await idOf('Unknown 2') });
    expect([await whoIn('wrong'), await whoIn('ada')]).toEqual(['Unknown 2', 'Ada']);
    const entry = await thisIs('wrong', { name: 'Grace' });
    // By then it was an unknown's, because somebody had said so.
    expect(entry.summary).toBe('Unknown 2 → Grace');
    await rig.see(alikeVector(ada, 0.7, 8), 'again');
    await thisIs('again', { name: 'Dora' });
    expect(await rig.names()).toEqual(['Ada', 'Dora', 'Grace']);
    expect([await whoIn('again'), await whoIn('ada')]).toEqual(['Dora', 'Ada']);
    const [adaId, doraId] = [await idOf('Ada'), await idOf('Dora')];
    const learnt = await learntFrom('again');
    expect(learnt.find(({ role }) => role === 'reference')).toMatchObject({ personId: doraId });
    expect(learnt.find(({ role }) => role === 'negative')).toMatchObject({ personId: adaId, shows: doraId });
  });

  it('takes somebody new away again with everything that was learnt since', async () => {
    const lookalike = alikeVector(ada, 0.7, 7);
    await rig.see(lookalike, 'wrong');
    const entry = await thisIs('wrong', { name: 'Dora' });
    await rig.see(alikeVector(lookalike, 0.9, 9), 'later');
    expect(await whoIn('later')).toBe('Dora');
    await rig.undo(entry.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect([await whoIn('wrong'), await whoIn('later')]).toEqual(['Ada', 'Ada']);
    const persons = new Set((await rig.contents()).persons.map(({ id }) => id));
    expect((await rig.contents()).faces.filter(({ personId }) => !persons.has(personId))).toEqual([]);
  });

  it('leaves somebody new where another face was said to be that one since', async () => {
    await rig.see(carl, 'small', { sizePx: 12 });
    await rig.see(alikeVector(carl, 0.8, 8), 'other', { sizePx: 12 });
    const entry = await thisIs('small', { name: 'Dora' });
    const later = await thisIs('other', { id: await idOf('Dora') });
    await expect(rig.undo(entry.id)).rejects.toMatchObject(refused);
    await rig.undo(later.id);
    await rig.undo(entry.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
  });

  it('answers an uncertain face, and says nothing of the stranger whom it only may be', async () => {
    const poor = { sizePx: 30, quality: 0.3 };
    expect(await rig.see(alikeVector(ada, 0.62, 7), 'perhaps', poor)).toMatchObject({ decision: 'uncertain' });
    await thisIs('perhaps', { id: await idOf('Ada') });
    expect(await whoIn('perhaps')).toBe('Ada');
    expect(await rig.see(alikeVector(bob, 0.62, 8), 'who', poor)).toMatchObject({ decision: 'uncertain', person: { name: 'Unknown 2' } });
    await thisIs('who', { id: await idOf('Ada') });
    const { pairs, faces } = await rig.contents();
    expect(pairs).toEqual([]);
    expect(faces.filter(({ role }) => role === 'negative')).toEqual([]);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
  });

  it('tells who an unrecognisable face is, which "not that one" does not make no face', async () => {
    expect(await rig.see(carl, 'small', { sizePx: 12 })).toMatchObject({ decision: 'unrecognisable', person: null });
    await thisIs('small', { id: await idOf('Ada') });
    expect(await whoIn('small')).toBe('Ada');
    await rig.apply({ kind: 'assign', snapshotId: 'small', position: 0, person: null });
    expect((await rig.sighting('small'))?.faces[0]).toMatchObject({ decision: 'uncertain', personId: null, saidBy: 'slack:U1' });
    await rig.undo();
    await rig.undo();
    expect((await rig.sighting('small'))?.faces[0]).toMatchObject({ decision: 'unrecognisable', personId: null, saidBy: null });
  });

  it('refuses a name that somebody has, unless it is the one whose face it may be, or one without faces', async () => {
    await expect(thisIs('bob', { name: 'ADA' })).rejects.toMatchObject({ code: 'name-taken' });
    await expect(thisIs('bob', { name: 'Unknown 9' })).rejects.toMatchObject({ code: 'name-invalid' });
    await expect(thisIs('bob', { name: ' ' })).rejects.toMatchObject({ code: 'name-invalid' });
    await expect(thisIs('bob', { id: 'nobody' })).rejects.toMatchObject({ code: 'person-not-found' });
    await rig.see(alikeVector(ada, 0.62, 7), 'perhaps', { sizePx: 30, quality: 0.3 });
    await thisIs('perhaps', { name: 'ada' });
    expect(await whoIn('perhaps')).toBe('Ada');
    for (const snapshotId of ['ada', 'perhaps']) await rig.apply({ kind: 'dismiss', snapshotId, position: 0 });
    expect((await rig.called('Ada')).faces).toBe(0);
    await rig.see(carl, 'carl');
    await thisIs('carl', { name: 'Ada' });
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect(await whoIn('carl')).toBe('Ada');
  });

  it('is refused where it was said already, of faces that nobody knows, and of the forgotten', async () => {
    await thisIs('bob', { name: 'Bob' });
    await expect(thisIs('bob', { id: await idOf('Bob') }, { id: 'slack:U2' })).rejects.toMatchObject({
      ...refused,
      message: 'this was said already',
    });
    await expect(thisIs('never', { name: 'Carl' })).rejects.toMatchObject(refused);
    await rig.apply({ kind: 'forget', person: 'Bob' });
    await expect(thisIs('bob', { name: 'Carl' })).rejects.toMatchObject(refused);
    await expect(thisIs('bob', { id: await idOf('Ada') })).rejects.toMatchObject(refused);
  });

  it('of one face by two readers at once ends in one of the two', async () => {
    const other = await rig.start();
    const [one, two] = await Promise.allSettled([
      thisIs('bob', { name: 'Bob' }),
      other.operations.apply({ kind: 'this-is', snapshotId: 'bob', position: 0, person: { name: 'Bill' } }, { id: 'slack:U2' }, never),
    ]);
    // Both may be done, one after the other: then the second one has corrected the first.
    expect([one, two].some(({ status }) => status === 'fulfilled')).toBe(true);
    await rig.opened.gallery.reached(other.gallery.position(), never);
    const names = await rig.names();
    expect(names).toContain(await whoIn('bob'));
    expect(names).not.toContain('Unknown 2');
  });

  it('keeps nothing of the face in the audit but whose it was', async () => {
    await rig.see(alikeVector(ada, 0.7, 7), 'wrong');
    const { inverse } = await thisIs('wrong', { name: 'Dora' });
    expect(inverse?.assignments).toEqual([{ snapshotId: 'wrong', position: 0, personId: await idOf('Ada'), saidBy: null }]);
  });
});
