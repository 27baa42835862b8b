import type { Adoption, Changeset, HandEdits } from '@watchpost/gallery/domain';
import { expect, it } from 'vitest';
import { mostEdits } from '@watchpost/gallery/store';
import { never, onEachStore } from '../support/each-store.ts';
import { replacement } from '../support/keep-replacement.ts';
import { editByHand, ignoreAllByHand, insertByHand } from '../support/hand-edits.ts';
import { audit, newFace, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';

const nothing: HandEdits = { persons: [], faceIds: [] };
const adopting = ({ persons, faceIds }: HandEdits): Adoption => ({ persons: persons.map(({ id, name }) => ({ id, name })), faceIds });

onEachStore('edits by hand', ({ backend, storage, database, commit, changesSince }) => {
  const edits = async () => database().store.edits(never);
  const adopt = async () => commit({ adopt: adopting(await edits()) });
  const nameOf = async (id: string) => (await changesSince(0)).persons.find((person) => person.id === id)?.name;
  const attempt = async (change: Partial<Changeset>) => {
    const { store } = database();
    return store.commit(await store.head(never), { persons: [], faces: [], pairs: [], ...change }, crypto.randomUUID(), never);
  };

  it('are found, and are edits no more once they are adopted', async () => {
    await commit({ persons: [newPerson('p1'), newPerson('p2')], faces: [newFace('f1', 'p1')] });
    expect(await edits()).toEqual(nothing);
    await backend.renameByHand(storage(), 'Name of p1', 'Ada');
    expect(await edits()).toMatchObject({ persons: [{ id: 'p1', name: 'Ada', version: 1 }], faceIds: [] });
    const { version } = await adopt();
    expect(await edits()).toEqual(nothing);
    expect((await changesSince(version - 1)).persons).toMatchObject([{ id: 'p1', name: 'Ada', version }]);
  });

  it('are found some at a time where they are very many', async () => {
    await commit({ persons: Array.from({ length: mostEdits + 5 }, (_, index) => newPerson(`p${String(index)}`)) });
    await ignoreAllByHand(storage());
    expect((await edits()).persons).toHaveLength(mostEdits);
    await adopt();
    expect((await edits()).persons).toHaveLength(5);
    await adopt();
    expect(await edits()).toEqual(nothing);
  });

  it('that concern a change which knows nothing of them refuse it', async () => {
    await commit({ persons: [newPerson('p1'), newPerson('p2')] });
    await backend.renameByHand(storage(), 'Name of p1', 'Ada');
    expect(await attempt({ persons: [{ id: 'p1', isNew: false, set: { ignored: true } }] })).toBe('edited');
    // Other persons are nobody's concern.
    expect(await attempt({ persons: [{ id: 'p2', isNew: false, set: { ignored: true } }] })).toMatchObject({ version: 2 });
    await adopt();
    expect(await attempt({ persons: [{ id: 'p1', isNew: false, set: { name: 'Grace' } }] })).toMatchObject({ version: 4 });
    expect(await nameOf('p1')).toBe('Grace');
    expect(await edits()).toEqual(nothing);
  });

  it('are adopted together with a change of the same person', async () => {
    await commit({ persons: [newPerson('p1')] });
    await backend.renameByHand(storage(), 'Name of p1', 'Ada');
    const set = { aliases: ['Countess'], mergedInto: null };
    await commit({ adopt: adopting(await edits()), persons: [{ id: 'p1', isNew: false, set }] });
    expect((await changesSince(0)).persons).toMatchObject([{ name: 'Ada', aliases: ['Countess'], version: 2 }]);
    expect(await edits()).toEqual(nothing);
  });

  it('stay edits when the name was edited again after it was read', async () => {
    await commit({ persons: [newPerson('p1')] });
    await backend.renameByHand(storage(), 'Name of p1', 'Ada');
    const read = adopting(await edits());
    await backend.renameByHand(storage(), 'Ada', 'Grace');
    const outcome = await attempt({ adopt: read });
    expect(outcome === 'edited' || typeof outcome === 'object').toBe(true);
    expect(await edits()).toMatchObject({ persons: [{ id: 'p1', name: 'Grace' }] });
    await adopt();
    expect(await edits()).toEqual(nothing);
    expect(await nameOf('p1')).toBe('Grace');
  });

  it('of every field are found: ignored, deleted, merged', async () => {
    await commit({ persons: ['p1', 'p2', 'p3', 'p4'].map((id) => newPerson(id)) });
    await editByHand(storage(), 'p1', { ignored: true });
    await editByHand(storage(), 'p2', { deleted: true });
    await editByHand(storage(), 'p3', { mergedInto: 'p1' });
    const found = (await edits()).persons.sort((a, b) => a.id.localeCompare(b.id));
    expect(found).toMatchObject([
      { id: 'p1', ignored: true },
      { id: 'p2', deleted: true },
      { id: 'p3', mergedInto: 'p1' },
    ]);
    await adopt();
    expect(await edits()).toEqual(nothing);
    // Who was deleted by hand is erased like everybody else.
    await database().eraser.erase({ deletedMs: -60_000, auditMs: 1e12, mergedMs: 1e12 }, never);
    expect((await changesSince(1)).persons.find(({ id }) => id === 'p2')).toMatchObject({ name: '(erased)', deleted: true });
    expect(await edits()).toEqual(nothing);
  });

  it('may add a person and a face', async () => {
    await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1')] });
    await insertByHand(storage(), { person: { id: 'p9', name: 'Ada' }, face: { id: 'f9', personId: 'p9' } });
    expect(await edits()).toMatchObject({ persons: [{ id: 'p9', name: 'Ada' }], faceIds: ['f9'] });
    const { version } = await adopt();
    expect(await edits()).toEqual(nothing);
    const late = await changesSince(version - 1);
    expect([late.persons.map(({ id }) => id), late.faces.map(({ id }) => id)]).toEqual([['p9'], ['f9']]);
    // And is forgotten like everybody else.
    await commit({
      persons: [{ id: 'p9', isNew: false, set: { deleted: true } }],
      faces: [{ id: 'f9', isNew: false, set: { deleted: true } }],
    });
    expect((await changesSince(0)).persons.map(({ id }) => id)).toEqual(['p1']);
  });

  it('are not what we wrote ourselves: changes, erasing, restoring', async () => {
    await commit({ persons: [newPerson('p1', { aliases: ['A'], number: 3 }), newPerson('p2')], faces: [newFace('f1', 'p1')] });
    await commit({
      persons: [
        { id: 'p1', isNew: false, set: { name: '$name', aliases: ['$x'], ignored: true, number: null, mergedInto: 'p2' } },
        { id: 'p2', isNew: false, set: { deleted: true } },
      ],
    });
    expect(await nameOf('p1')).toBe('$name');
    expect(await edits()).toEqual(nothing);
    await database().eraser.erase({ deletedMs: -60_000, auditMs: 1e12, mergedMs: 1e12 }, never);
    expect(await edits()).toEqual(nothing);
    const { deleted: _, ...person } = (await changesSince(0)).persons[0]!;
    const batches = (async function* () {
      const { version: __, ...line } = person;
      yield await Promise.resolve({ kind: 'person' as const, lines: [{ ...line, deletedAtMs: null, kind: 'person' as const }] });
    })();
    await database().archive.replaceAll(replacement(9), batches, never);
    expect((await changesSince(0)).persons).toMatchObject([{ id: 'p1', name: '$name' }]);
    expect(await edits()).toEqual(nothing);
  });
});

onEachStore('what cannot be read as it is', ({ storage, database, commit, changesSince }) => {
  const faultsOf = async () => {
    const faults = await database().repairs.faults(never);
    return faults.map(({ kind, id }) => `${kind} ${id}`).sort();
  };

  it('is a fault of its own, and hides nobody', async () => {
    await commit({
      persons: [newPerson('p1', { number: 4 }), newPerson('p2'), newPerson('p3')],
      faces: [newFace('f1', 'p1'), newFace('f2', 'p2'), newFace('f3', 'p3')],
      audit: audit(),
    });
    await database().sightings.record(snapshot({ faces: [sightedFace()] }), [], never);
    expect(await faultsOf()).toEqual([]);
    await editByHand(storage(), 'p1', { name: '' });
    await editByHand(storage(), 'p2', { name: 'x'.repeat(5_000) });
    await editByHand(storage(), 'f2', { embedding: 'nonsense' });
    await editByHand(storage(), 'f3', { embedding: new Float32Array(1_024).fill(3) });
    const { persons, faces, faults } = await changesSince(0);
    expect(new Map(persons.map(({ id, name }) => [id, name.length > 90 ? 'too long' : name.slice(0, 12)]))).toEqual(
      new Map([
        ['p1', 'Unknown 4'],
        ['p2', 'xxxxxxxxxxxx'],
        ['p3', 'Name of p3'],
      ]),
    );
    expect(faces.map(({ id }) => id)).toEqual(['f1']);
    const expected = ['face f2', 'face f3', 'person p1', 'person p2'];
    expect(faults.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(expected);
    expect(await faultsOf()).toEqual(expected);
    expect((await database().store.faces({ personIds: ['p1', 'p2', 'p3'] }, { embeddings: true }, never)).map(({ id }) => id)).toEqual([
      'f1',
    ]);
  });

  it('is repaired: what was read is written, what cannot be used is removed, and every process learns of it', async () => {
    await commit({ persons: [newPerson('p1', { number: 4 })], faces: [newFace('f1', 'p1', new Uint8Array([1])), newFace('f2', 'p1')] });
    await editByHand(storage(), 'p1', { name: '\u200B ' });
    await editByHand(storage(), 'f1', { embedding: 'nonsense' });
    const { store, repairs } = database();
    const edits = await store.edits(never);
    await commit({ adopt: adopting(edits) });
    expect(await store.edits(never)).toEqual(nothing);
    await repairs.repair(await repairs.faults(never), never);
    expect(await repairs.faults(never)).toEqual([]);
    expect(await store.crop('f1', never)).toBeNull();
    const repaired = await store.edits(never);
    expect(repaired).toMatchObject({ persons: [{ id: 'p1', name: 'Unknown 4' }] });
    const { version } = await commit({ adopt: adopting(repaired) });
    expect((await changesSince(version - 1)).persons).toMatchObject([{ id: 'p1', name: 'Unknown 4' }]);
    expect((await changesSince(0)).faces.map(({ id }) => id)).toEqual(['f2']);
  });

  it('of a name that is too long can be changed away', async () => {
    await commit({ persons: [newPerson('p1')] });
    await editByHand(storage(), 'p1', { name: 'é'.repeat(4_500_000) });
    const { store } = database();
    await commit({ adopt: adopting(await store.edits(never)) });
    expect(await store.edits(never)).toEqual(nothing);
    await commit({ persons: [{ id: 'p1', isNew: false, set: { name: 'Ada' } }], audit: audit() });
    expect((await changesSince(0)).persons).toMatchObject([{ id: 'p1', name: 'Ada' }]);
    expect(await store.edits(never)).toEqual(nothing);
  });
});
