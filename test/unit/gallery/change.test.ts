import { createChange, undoChange } from '@watchpost/gallery/changes/change';
import type { Head, StoredPerson } from '@watchpost/gallery/domain';
import { describe, expect, it } from 'vitest';

const base: Head = { epoch: 'e', version: 7, nextNumber: 4, recent: [], nowMs: 1_000 };
const cli = { id: 'cli' };
const ada: StoredPerson = {
  id: 'ada',
  name: 'Ada',
  number: null,
  aliases: ['Countess'],
  ignored: false,
  mergedInto: null,
  mergedAtMs: null,
  formerNumbers: [],
  mayBe: null,
  deleted: false,
  createdAtMs: 5,
  version: 3,
};
const newFace = {
  modelId: 'm',
  role: 'reference' as const,
  embedding: Float32Array.of(1),
  quality: 0.5,
  sizePx: 90,
  snapshotId: null,
  position: null,
  shows: null,
};

describe('a change', () => {
  it('records how it is undone', () => {
    const change = createChange(base);
    change.setPerson(ada, { name: 'Grace', aliases: [] });
    change.moveFace({ id: 'f1', personId: 'ada' }, 'bob');
    change.removeFace('f2');
    change.setShows({ id: 'f3', shows: null }, 'carl');
    change.setPair('bob', 'ada', false);
    change.moveSightings(['f1'], ['ada', 'ada-before'], 'bob');
    change.assign(
      { snapshotId: 's', position: 1 },
      { personId: null, saidBy: null, decision: 'uncertain' },
      { personId: 'carl', saidBy: 'cli' },
    );
    const { changeset, audit } = change.audited('merge', cli, 'why');
    expect(changeset).toEqual({
      persons: [{ id: 'ada', isNew: false, set: { name: 'Grace', aliases: [] } }],
      faces: [
        { id: 'f1', isNew: false, set: { personId: 'bob' } },
        { id: 'f2', isNew: false, set: { deleted: true } },
        { id: 'f3', isNew: false, set: { shows: 'carl' } },
      ],
      pairs: [{ id: 'ada bob', personIds: ['bob', 'ada'], deleted: false }],
      moveSightings: [{ faceIds: ['f1'], from: ['ada', 'ada-before'], to: 'bob' }],
      assignments: [{ snapshotId: 's', position: 1, personId: 'carl', saidBy: 'cli' }],
      audit,
    });
    expect(audit).toMatchObject({ action: 'merge', actor: cli, summary: 'why', undone: false, undoes: null, version: 8, atMs: 1_000 });
    expect(audit.personIds).toEqual(['ada', 'bob', 'carl']);
    expect(audit.inverse).toEqual({
      persons: [{ id: 'ada', isNew: false, set: { name: 'Ada', aliases: ['Countess'] } }],
      faces: [
        { id: 'f1', isNew: false, set: { personId: 'ada' } },
        { id: 'f2', isNew: false, set: { deleted: false } },
        { id: 'f3', isNew: false, set: { shows: null } },
      ],
      pairs: [{ id: 'ada bob', personIds: ['bob', 'ada'], deleted: true }],
      moveSightings: [{ faceIds: ['f1'], from: ['bob'], to: 'ada' }],
      assignments: [{ snapshotId: 's', position: 1, personId: null, saidBy: null }],
    });
  });

  it('makes one change of a face that is moved and removed', () => {
    const change = createChange(base);
    change.moveFace({ id: 'f', personId: 'ada' }, 'bob');
    change.removeFace('f');
    const { changeset, audit } = change.audited('merge', cli, '');
    expect(changeset.faces).toEqual([{ id: 'f', isNew: false, set: { personId: 'bob', deleted: true } }]);
    expect(audit.inverse?.faces).toEqual([{ id: 'f', isNew: false, set: { personId: 'ada', deleted: false } }]);
  });

  it('merges two sets of fields of a person', () => {
    const change = createChange(base);
    change.setPerson(ada, { name: 'Grace' });
    change.setPerson({ ...ada, name: 'Grace' }, { name: 'Lady Grace', ignored: true });
    const { changeset, audit } = change.audited('name', cli, '');
    expect(changeset.persons).toEqual([{ id: 'ada', isNew: false, set: { name: 'Lady Grace', ignored: true } }]);
    expect(audit.inverse?.persons).toEqual([{ id: 'ada', isNew: false, set: { name: 'Ada', ignored: false } }]);
  });

  it('keeps a person and a face new that it changes after adding them', () => {
    const change = createChange(base);
    const { id, name } = change.createUnknown();
    const number = 4;
    change.setPerson({ ...ada, id, name, number, aliases: [] }, { ignored: true });
    const crop = new Uint8Array([1]);
    const faceId = change.addFace({ ...newFace, personId: id, crop });
    change.moveFace({ id: faceId, personId: id }, 'bob');
    change.removeFace(faceId);
    const { changeset, audit } = change.audited('enroll', cli, '');
    expect(changeset.persons).toMatchObject([{ id, isNew: true, set: { name, number, ignored: true, deleted: false } }]);
    expect(changeset.faces).toMatchObject([{ id: faceId, isNew: true, set: { ...newFace, personId: 'bob', deleted: true }, crop }]);
    expect(audit.inverse?.persons).toEqual([{ id, isNew: false, set: { deleted: true } }]);
    expect(audit.inverse?.faces).toEqual([{ id: faceId, isNew: false, set: { deleted: true } }]);
  });

  it('numbers unknowns one after the other, and undoes what it added by deleting it', () => {
    const change = createChange(base);
    const [one, two] = [change.createUnknown(), change.createUnknown()];
    const faceId = change.addFace({ ...newFace, personId: two.id });
    expect([one.name, two.name]).toEqual(['Unknown 4', 'Unknown 5']);
    const { changeset, audit } = change.audited('enroll', cli, '');
    expect(changeset.nextNumber).toBe(6);
    expect(changeset.persons).toMatchObject([
      { isNew: true, set: { number: 4 } },
      { isNew: true, set: { number: 5 } },
    ]);
    expect(audit.inverse?.persons.map(({ id, set }) => [id, set])).toEqual([one, two].map(({ id }) => [id, { deleted: true }]));
    expect(audit.inverse?.faces).toEqual([{ id: faceId, isNew: false, set: { deleted: true } }]);
  });

  it('is nothing where nothing was changed, and takes valid names only', () => {
    const change = createChange(base);
    expect(change.changeset()).toBeNull();
    expect(() => change.createPerson('unknown 3')).toThrow(expect.objectContaining({ code: 'name-invalid' }));
    expect(change.changeset()).toBeNull();
    expect(change.createPerson(' Grace  Hopper ').name).toBe('Grace Hopper');
    expect(change.changeset()).not.toHaveProperty('nextNumber');
  });

  it('adopts what was edited by hand, which its inverse leaves as it is', () => {
    const change = createChange(base);
    change.adopt({ persons: [{ id: 'ada', name: 'Grace' }], faceIds: ['f1'] });
    const { changeset, audit } = change.audited('edit', cli, '');
    expect(changeset).toMatchObject({ persons: [], faces: [], adopt: { persons: [{ id: 'ada', name: 'Grace' }], faceIds: ['f1'] } });
    expect(audit).toMatchObject({ personIds: ['ada'], inverse: { persons: [], faces: [], pairs: [] } });
  });

  it('is undone by its inverse', () => {
    const change = createChange(base);
    change.setPerson(ada, { ignored: true });
    const { audit } = change.audited('ignore', cli, 'Ada is ignored');
    const undo = undoChange(audit, audit.inverse!, { id: 'slack:U1' }, { ...base, version: 9 });
    expect(undo.changeset.persons).toEqual([{ id: 'ada', isNew: false, set: { ignored: false } }]);
    expect(undo.audit).toMatchObject({
      action: 'undo',
      actor: { id: 'slack:U1' },
      summary: 'undone: Ada is ignored',
      personIds: ['ada'],
      inverse: null,
      undoes: audit.id,
      version: 10,
    });
  });
});
