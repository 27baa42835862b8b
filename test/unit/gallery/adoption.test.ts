import { createAdopt, planAdoption } from '@watchpost/gallery/changes/adoption';
import type { Transact } from '@watchpost/gallery/changes/transact';
import type { HandEdits, PersonFields, StoredPerson } from '@watchpost/gallery/domain';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import type { GalleryStore } from '@watchpost/gallery/store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { describe, expect, it } from 'vitest';
import { head, storedPerson as person } from '../../support/gallery-samples.ts';

const never = new AbortController().signal;
const base = head({ version: 7, nowMs: 5_000 });
const unknown = (id: string, number: number, over: Partial<StoredPerson> = {}) =>
  person(id, { name: `Unknown ${number}`, number, ...over });

/** The adoption of these edits by a process that knows `before`. */
function adopt(before: StoredPerson[], edited: StoredPerson[], faceIds: string[] = []) {
  const mirror = createMirror(createExactIndex);
  mirror.apply({ persons: before, faces: [], pairs: [] });
  const plan = planAdoption(mirror, base, { persons: edited, faceIds });
  const set = (id: string): PersonFields | undefined => plan?.changeset.persons.find((change) => change.id === id)?.set;
  return { plan, set };
}

describe('the adoption of edits by hand', () => {
  it('takes over a name, says so in the audit, and can be undone', () => {
    const { plan } = adopt([unknown('p', 3)], [unknown('p', 3, { name: 'Ada' })]);
    expect(plan?.changeset).toMatchObject({ adopt: { persons: [{ id: 'p', name: 'Ada' }], faceIds: [] }, persons: [], faces: [] });
    expect(plan?.audit).toMatchObject({
      action: 'edit',
      actor: { id: 'database' },
      summary: 'edited in the database: Unknown 3 → Ada',
      personIds: ['p'],
      atMs: 5_000,
      inverse: { persons: [{ id: 'p', isNew: false, set: { name: 'Unknown 3' } }] },
    });
    expect(plan?.changeset.audit).toEqual(plan?.audit);
  });

  it('takes over persons and faces that were added', () => {
    const { plan } = adopt([], [person('p', { name: 'Ada' })], ['f', 'g']);
    expect(plan?.audit.summary).toBe('edited in the database: Ada is new, 2 faces are new');
    expect(plan?.changeset.adopt?.faceIds).toEqual(['f', 'g']);
  });

  it('is nothing where nothing was edited', () => {
    expect(adopt([], []).plan).toBeNull();
  });

  it('gives the name of a person who was merged away to the unknown that it became', () => {
    const { plan, set } = adopt(
      [unknown('one', 1), unknown('two', 2, { mergedInto: 'one' })],
      [unknown('two', 2, { name: 'Ada', mergedInto: 'one', mergedAtMs: 9 })],
    );
    expect([set('one'), set('two')]).toEqual([{ name: 'Ada', formerNumbers: [2] }, undefined]);
    expect(plan?.audit.inverse?.persons).toContainEqual({ id: 'one', isNew: false, set: { name: 'Unknown 1', formerNumbers: [] } });
  });

  it('gives it to a named person as an alias, once', () => {
    const eve = person('eve', { name: 'Eve', aliases: ['Evie'] });
    const merged = (name: string) => person('p', { name, mergedInto: 'eve', mergedAtMs: 9 });
    expect(adopt([eve], [merged('Ada')]).set('eve')).toEqual({ aliases: ['Evie', 'Ada'] });
    for (const name of ['EVE', 'evie']) expect(adopt([eve], [merged(name)]).set('eve')).toBeUndefined();
    expect(adopt([eve], [unknown('p', 4, { mergedInto: 'eve', mergedAtMs: 9 })]).set('eve')).toEqual({ formerNumbers: [4] });
  });

  it('gives both names where two were merged into one unknown', () => {
    const into = { mergedInto: 'one', mergedAtMs: 9 };
    const { set } = adopt(
      [unknown('one', 1)],
      [unknown('two', 2, { name: 'Ada', ...into }), unknown('three', 3, { name: 'Bob', ...into })],
    );
    expect(set('one')).toEqual({ name: 'Ada', aliases: ['Bob'], formerNumbers: [2, 3] });
  });

  it('keeps a merge that was made by hand, with its time', () => {
    const { set } = adopt([person('ada'), person('bob')], [person('bob', { mergedInto: 'ada' })]);
    expect([set('bob'), set('ada')]).toEqual([{ mergedAtMs: 5_000 }, { aliases: ['bob'] }]);
  });

  it.each([
    ['into nobody', [person('p', { mergedInto: 'nobody' })], ['p']],
    ['into itself', [person('p', { mergedInto: 'p' })], ['p']],
    ['in a circle', [person('p', { mergedInto: 'q' }), person('q', { mergedInto: 'p' })], ['p']],
    ['into somebody who was removed', [person('p', { mergedInto: 'r' }), person('r', { deleted: true })], ['p']],
  ])('undoes a merge %s', (_, edited, ids) => {
    const { plan, set } = adopt([person('p'), person('q'), person('r')], edited);
    for (const id of ids) expect(set(id)).toMatchObject({ mergedInto: null, mergedAtMs: null });
    expect(plan?.changeset.adopt?.persons).toHaveLength(edited.length);
  });

  it('ends where the database does not take an adoption, and adopts in as many commits as it takes', async () => {
    const mirror = createMirror(createExactIndex);
    let left: HandEdits = {
      persons: Array.from({ length: 450 }, (_, index) => person(`p${index}`, { name: `Guest ${index}` })),
      faceIds: [],
    };
    const log: string[] = [];
    let commits = 0;
    const store = { edits: async () => left } as Partial<GalleryStore> as GalleryStore;
    const transact: Transact = async (build) => {
      const { changeset, result } = await build(base);
      if (changeset) commits += 1;
      const taken = new Set(changeset?.adopt?.persons.map(({ id }) => id));
      // One of them stays edited whatever is committed.
      left = { persons: left.persons.filter(({ id }) => id === 'p0' || !taken.has(id)), faceIds: [] };
      return result;
    };
    const adoptAll = createAdopt({ store, mirror, transact, log: createLogger('test', 'info', { write: (line) => void log.push(line) }) });
    await adoptAll(never);
    expect([left.persons.map(({ id }) => id), commits]).toEqual([['p0'], 5]);
    await adoptAll(never);
    expect(commits).toBe(5);
    await adoptAll(never);
    expect(commits).toBe(5);
    // Names of people are in the audit, never in a log.
    expect(log).toHaveLength(5);
    expect(log.join('')).not.toContain('Guest');
  });
});
