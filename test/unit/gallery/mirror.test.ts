import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror, type Mirror } from '@watchpost/gallery/memory/mirror';
import type { StoredFace } from '@watchpost/gallery/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import { storedFace, storedPair, storedPerson as person } from '../../support/gallery-samples.ts';

const face = (id: string, personId: string, degrees: number, over: Partial<StoredFace> = {}): StoredFace =>
  storedFace(id, personId, { modelId: 'm', embedding: plane(degrees), ...over });
const plane = (degrees: number): Float32Array =>
  Float32Array.from([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]);

describe('the gallery in memory', () => {
  let mirror: Mirror;
  beforeEach(() => {
    mirror = createMirror(createExactIndex);
  });
  const apply = (batch: Partial<Parameters<Mirror['apply']>[0]>): void => mirror.apply({ persons: [], faces: [], pairs: [], ...batch });
  const near = (degrees: number, modelId = 'm') =>
    mirror.candidates(plane(degrees), modelId).map(({ personId, similarity }) => [personId, Math.round(similarity * 100) / 100]);
  const called = (name: string): string[] => mirror.called(name).map(({ id }) => id);

  it('ranks persons by the nearest of their faces', () => {
    apply({ persons: [person('ada'), person('bob')], faces: [face('a', 'ada', 80), face('b', 'bob', 40), face('c', 'ada', 10)] });
    expect(near(0)).toEqual([
      ['ada', 0.98],
      ['bob', 0.77],
    ]);
    expect(near(0, 'another model')).toEqual([]);
  });

  it('finds the rival behind many faces of two persons', () => {
    const range = { margin: 0.05, least: 0.5 };
    const found = (options?: typeof range): string[] => mirror.candidates(plane(0), 'm', options).map(({ personId }) => personId);
    const crowd = (from: number, count: number, degrees: number): StoredFace[] =>
      Array.from({ length: count }, (_, index) => face(`c${from + index}`, index % 2 === 0 ? 'u1' : 'u2', degrees));
    apply({
      persons: [person('u1'), person('u2'), person('ada'), person('far')],
      faces: [...crowd(0, 300, 5), face('f', 'far', 45)],
    });
    apply({ faces: [face('a', 'ada', 10)] });
    expect(found()).toEqual(['u1', 'u2']);
    expect(found(range)).toContain('ada');
    // Beyond the margin, or below the least, nobody is looked for.
    expect(found({ margin: -0.01, least: 0.5 })).toEqual(['u1', 'u2']);
    expect(found({ margin: 0.05, least: 0.999 })).toEqual(['u1', 'u2']);
    // Negatives are not among them.
    apply({ faces: crowd(0, 300, 5).map((each) => ({ ...each, role: 'negative', personId: 'far', version: 2 })) });
    expect(found()).toEqual(['ada', 'far']);
    // The margin counts from the nearest person whom no negative excludes.
    const excluded = [face('x', 'far', 1), face('y', 'far', 0, { role: 'negative' })];
    apply({
      persons: [],
      faces: [...excluded, ...crowd(300, 200, 20), face('b', 'ada', 25), face('a', 'ada', 10, { version: 2, deleted: true })],
    });
    apply({ faces: crowd(0, 300, 5).map((each) => ({ ...each, deleted: true, version: 3 })) });
    expect(found(range).toSorted()).toEqual(['ada', 'far', 'u1', 'u2']);
  });

  it('can look further in a step of its own, and finds the same', () => {
    const range = { margin: 0.05, least: 0.5 };
    const crowd = Array.from({ length: 100 }, (_, index) => face(`c${index}`, index % 2 === 0 ? 'u1' : 'u2', 5));
    apply({ persons: [person('u1'), person('u2'), person('ada')], faces: [...crowd, face('a', 'ada', 10)] });
    const steps = mirror.candidatesInSteps(plane(0), 'm', range);
    expect(steps.next().done).toBe(false);
    expect(steps.next()).toEqual({ done: true, value: mirror.candidates(plane(0), 'm', range) });
  });

  it('gives the key of a named person’s name, and none for others', () => {
    const persons = [person('1', { name: 'ADA' }), person('2', { name: 'Unknown 4', number: 4 }), person('3', { ignored: true })];
    apply({ persons, faces: [face('a', '1', 1), face('b', '2', 2), face('c', '3', 3)] });
    expect(mirror.candidates(plane(0), 'm').map(({ name }) => name)).toEqual(['ada', '', '']);
  });

  it('applies newer writes only, in any order', () => {
    apply({ persons: [person('ada', { name: 'New', version: 3 })], faces: [face('a', 'ada', 0, { version: 3 })] });
    apply({ persons: [person('ada', { name: 'Old', version: 2 })], faces: [face('a', 'ada', 0, { version: 2, deleted: true })] });
    expect(mirror.person('ada')?.name).toBe('New');
    expect(near(0)).toEqual([['ada', 1]]);
    apply({ faces: [face('a', 'ada', 0, { version: 4, deleted: true, embedding: new Float32Array(0) })] });
    expect(near(0)).toEqual([]);
  });

  it('lets no late page bring back what was deleted, and lets an undo bring it back', () => {
    const pages = { persons: [person('ada')], faces: [face('a', 'ada', 0)], pairs: [storedPair('ada', 'bob')] };
    apply(pages);
    apply({
      persons: [person('ada', { deleted: true, version: 2 })],
      faces: [face('a', 'ada', 0, { deleted: true, version: 2 })],
      pairs: [storedPair('ada', 'bob', { deleted: true, version: 2 })],
    });
    apply(pages);
    expect([mirror.stored('ada'), mirror.face('a'), mirror.pairsOf('ada'), mirror.counts()]).toEqual([
      null,
      null,
      [],
      { persons: 0, faces: 0 },
    ]);
    apply({ persons: [person('ada', { version: 3 })], faces: [face('a', 'ada', 0, { version: 3 })] });
    expect(near(0)).toEqual([['ada', 1]]);
  });

  it('follows merges, however many, and even in a circle', () => {
    const chain = Array.from({ length: 30 }, (_, index) => person(`p${index}`, { mergedInto: index === 0 ? null : `p${index - 1}` }));
    apply({ persons: chain, faces: [face('a', 'p29', 0)] });
    expect(mirror.person('p29')?.id).toBe('p0');
    expect(near(0)).toEqual([['p0', 1]]);
    expect(mirror.idsByPerson()).toEqual(new Map([['p0', chain.map(({ id }) => id)]]));
    expect(mirror.persons().map(({ id }) => id)).toEqual(['p0']);
    apply({ persons: [person('p0', { mergedInto: 'p29', version: 2 })] });
    expect([mirror.person('p29'), near(0), mirror.counts().persons]).toEqual([null, [], 0]);
    expect(mirror.orphans().find(({ personId }) => personId === 'p29')).toEqual({ personId: 'p29', faceIds: ['a'] });
    apply({ persons: [person('p0', { version: 3 })] });
    expect([near(0), mirror.orphans()]).toEqual([[['p0', 1]], []]);
  });

  it('knows a person’s negatives, which take no place among the nearest', () => {
    const negatives = Array.from({ length: 100 }, (_, index) => face(`n${index}`, 'ada', 30, { role: 'negative' }));
    apply({ persons: [person('ada')], faces: [face('a', 'ada', 0), ...negatives] });
    expect(mirror.candidates(plane(30), 'm')).toMatchObject([{ personId: 'ada', faceId: 'a', negative: expect.closeTo(1, 4) }]);
    expect(mirror.references('ada', 'm').map(({ id }) => id)).toEqual(['a']);
    apply({ persons: [person('bob')], faces: [face('b', 'bob', 0)] });
    expect(mirror.candidates(plane(0), 'm').map(({ negative }) => Math.round(negative * 100) / 100)).toEqual([0.87, -1]);
  });

  it('keeps the negatives of those who were merged into a person', () => {
    apply({
      persons: [person('ada'), person('old', { mergedInto: 'ada' })],
      faces: [face('a', 'ada', 0), face('n', 'old', 0, { role: 'negative' })],
    });
    expect(mirror.candidates(plane(0), 'm')).toMatchObject([{ personId: 'ada', negative: expect.closeTo(1, 4) }]);
  });

  it('searches for living persons only: what is left of others takes no place among the nearest', () => {
    const left = Array.from({ length: 100 }, (_, index) => face(`left${index}`, 'gone', 0));
    apply({ persons: [person('gone'), person('ada')], faces: [...left, face('a', 'ada', 20)] });
    mirror.remove('person', 'gone');
    expect(near(0)).toEqual([['ada', 0.94]]);
    expect(mirror.orphans()).toEqual([{ personId: 'gone', faceIds: left.map(({ id }) => id) }]);
    // Faces may be read before their person.
    apply({ persons: [person('gone', { version: 2 })] });
    expect([near(0)[0], mirror.orphans()]).toEqual([['gone', 1], []]);
  });

  it('compares vectors of another length with their like only', () => {
    const long = Float32Array.from([1, 0, 0]);
    apply({ persons: [person('ada'), person('bob')], faces: [face('a', 'ada', 0), face('b', 'bob', 0, { embedding: long })] });
    expect(near(0)).toEqual([['ada', 1]]);
    expect(mirror.candidates(long, 'm').map(({ personId }) => personId)).toEqual(['bob']);
  });

  it('finds people by name, else by alias, else by a number that they, or those merged into them, had', () => {
    apply({
      persons: [
        person('1', { name: 'Ada', number: 3, aliases: ['Bob'], formerNumbers: [7] }),
        person('2', { name: 'Bob' }),
        person('3', { name: 'Unknown 4', number: 4 }),
        person('4', { name: 'Unknown 5', number: 5, mergedInto: '3' }),
      ],
    });
    const asked = ['bob', 'unknown 3', 'Unknown  4', 'Unknown 5', 'Unknown 7', 'Unknown 8', 'Carl'];
    expect(asked.map(called)).toEqual([['2'], ['1'], ['3'], ['3'], ['1'], [], []]);
    apply({ persons: [person('1', { name: 'Grace', number: 3, version: 2 })] });
    expect(['Ada', 'Bob', 'Unknown 7', 'Grace'].map(called)).toEqual([[], ['2'], [], ['1']]);
  });

  it('lists those who share a name', () => {
    apply({
      persons: [
        person('1', { name: 'Ada' }),
        person('2', { name: 'ada' }),
        person('3', { name: 'Bob' }),
        person('4', { name: 'Bob', mergedInto: '3' }),
      ],
    });
    expect(mirror.namesakes().map((group) => group.map(({ id }) => id))).toEqual([['1', '2']]);
  });

  it('knows who are not the same, also after merges', () => {
    apply({
      persons: [person('ada'), person('bob'), person('one', { mergedInto: 'ada' }), person('two', { mergedInto: 'bob' }), person('eve')],
      pairs: [storedPair('one', 'two')],
    });
    expect([
      mirror.notSame('ada', 'bob'),
      mirror.notSame('two', 'one'),
      mirror.notSame('ada', 'eve'),
      mirror.notSame('ada', 'one'),
    ]).toEqual([true, true, false, false]);
    expect(mirror.pairsOf('bob').map(({ id }) => id)).toEqual(['one two']);
    apply({ persons: [person('bob', { mergedInto: 'ada', version: 2 })] });
    expect(mirror.notSame('ada', 'two')).toBe(false);
  });

  it('finds what was learnt from a sighting, and the negatives that show a person', () => {
    const from = { snapshotId: 's', position: 1 };
    apply({
      persons: [person('ada'), person('bob'), person('old', { mergedInto: 'ada' })],
      faces: [
        face('a', 'ada', 0, from),
        face('n', 'bob', 0, { ...from, role: 'negative', shows: 'old' }),
        face('other', 'bob', 0, { ...from, position: 0 }),
      ],
    });
    expect(mirror.facesFrom('s', 1).map(({ id }) => id)).toEqual(['a', 'n']);
    expect(mirror.facesShowing('ada').map(({ id }) => id)).toEqual(['n']);
    apply({ faces: [face('n', 'bob', 0, { ...from, role: 'negative', shows: null, version: 2 })] });
    expect(mirror.facesShowing('ada')).toEqual([]);
  });

  it('moves a face between the search and the rest when its role changes', () => {
    apply({ persons: [person('ada')], faces: [face('a', 'ada', 0)] });
    apply({ faces: [face('a', 'ada', 0, { role: 'negative', version: 2 })] });
    expect(near(0)).toEqual([]);
    apply({ faces: [face('a', 'ada', 0, { version: 3, embedding: new Float32Array(0) })] });
    expect(near(0)).toEqual([['ada', 1]]);
  });
});
