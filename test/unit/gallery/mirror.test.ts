import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror, type Mirror } from '@watchpost/gallery/memory/mirror';
import type { StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import { beforeEach, describe, expect, it } from 'vitest';

const person = (id: string, over: Partial<StoredPerson> = {}): StoredPerson => ({
  id,
  name: id,
  number: null,
  aliases: [],
  ignored: false,
  mergedInto: null,
  deleted: false,
  createdAtMs: 0,
  version: 1,
  ...over,
});
const face = (id: string, personId: string, degrees: number, over: Partial<StoredFace> = {}): StoredFace => ({
  id,
  personId,
  modelId: 'm',
  role: 'reference',
  embedding: plane(degrees),
  quality: 0.5,
  sizePx: 90,
  snapshotId: null,
  createdAtMs: 0,
  deleted: false,
  version: 1,
  ...over,
});
const plane = (degrees: number): Float32Array =>
  Float32Array.from([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]);

describe('the gallery in memory', () => {
  let mirror: Mirror;
  beforeEach(() => {
    mirror = createMirror(createExactIndex);
  });
  const near = (degrees: number, modelId = 'm') =>
    mirror.candidates(plane(degrees), modelId).map(({ personId, similarity }) => [personId, Math.round(similarity * 100) / 100]);

  it('ranks persons by the nearest of their faces', () => {
    mirror.apply({ persons: [person('ada'), person('bob')], faces: [face('a', 'ada', 80), face('b', 'bob', 40), face('c', 'ada', 10)] });
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
    mirror.apply({
      persons: [person('u1'), person('u2'), person('ada'), person('far')],
      faces: [...crowd(0, 300, 5), face('f', 'far', 45)],
    });
    mirror.apply({ persons: [], faces: [face('a', 'ada', 10)] });
    expect(found()).toEqual(['u1', 'u2']);
    expect(found(range)).toContain('ada');
    // Beyond the margin, or below the least, nobody is looked for.
    expect(found({ margin: -0.01, least: 0.5 })).toEqual(['u1', 'u2']);
    expect(found({ margin: 0.05, least: 0.999 })).toEqual(['u1', 'u2']);
    // Faces that do not count are passed over: here all the nearest are negatives.
    mirror.apply({ persons: [], faces: crowd(0, 300, 5).map((each) => ({ ...each, role: 'negative', personId: 'far', version: 2 })) });
    expect(found()).toEqual([]);
    expect(found(range)).toEqual(['ada', 'far']);
    // The margin counts from the nearest person whom no negative excludes.
    const excluded = [face('x', 'far', 1), face('y', 'far', 0, { role: 'negative' })];
    mirror.apply({
      persons: [],
      faces: [...excluded, ...crowd(300, 200, 20), face('b', 'ada', 25), face('a', 'ada', 10, { version: 2, deleted: true })],
    });
    mirror.apply({ persons: [], faces: crowd(0, 300, 5).map((each) => ({ ...each, deleted: true, version: 3 })) });
    expect(found(range).toSorted()).toEqual(['ada', 'far', 'u1', 'u2']);
  });

  it('gives the key of a named person’s name, and none for others', () => {
    const persons = [person('1', { name: 'ADA' }), person('2', { name: 'Unknown 4', number: 4 }), person('3', { ignored: true })];
    mirror.apply({ persons, faces: [face('a', '1', 1), face('b', '2', 2), face('c', '3', 3)] });
    expect(mirror.candidates(plane(0), 'm').map(({ name }) => name)).toEqual(['ada', '', '']);
  });

  it('applies newer writes only, in any order', () => {
    mirror.apply({ persons: [person('ada', { name: 'New', version: 3 })], faces: [face('a', 'ada', 0, { version: 3 })] });
    mirror.apply({ persons: [person('ada', { name: 'Old', version: 2 })], faces: [face('a', 'ada', 0, { version: 2, deleted: true })] });
    expect(mirror.person('ada')?.name).toBe('New');
    expect(near(0)).toEqual([['ada', 1]]);
    mirror.apply({ persons: [], faces: [face('a', 'ada', 0, { version: 4, deleted: true, embedding: new Float32Array(0) })] });
    expect(near(0)).toEqual([]);
  });

  it('follows merges, even in a cycle', () => {
    const persons = [person('ada'), person('two', { mergedInto: 'ada' }), person('three', { mergedInto: 'two' })];
    mirror.apply({ persons, faces: [face('a', 'three', 0)] });
    expect(mirror.person('three')?.id).toBe('ada');
    expect(near(0)).toEqual([['ada', 1]]);
    expect(mirror.idsByPerson()).toEqual(new Map([['ada', ['ada', 'two', 'three']]]));
    expect(mirror.persons().map(({ id }) => id)).toEqual(['ada']);
    mirror.apply({ persons: [person('ada', { mergedInto: 'three', version: 2 })], faces: [] });
    expect(mirror.person('three')).toBeNull();
  });

  it('knows a person’s negatives', () => {
    mirror.apply({ persons: [person('ada')], faces: [face('a', 'ada', 0), face('n', 'ada', 30, { role: 'negative' })] });
    expect(mirror.candidates(plane(30), 'm')).toMatchObject([{ personId: 'ada', negative: expect.closeTo(1, 4) }]);
    expect(mirror.references('ada', 'm').map(({ id }) => id)).toEqual(['a']);
  });

  it('finds people by name, else by alias, else by the number they had', () => {
    const persons = [
      person('1', { name: 'Ada', number: 3, aliases: ['Bob'] }),
      person('2', { name: 'Bob', number: null }),
      person('3', { name: 'Unknown 4', number: 4 }),
    ];
    mirror.apply({ persons, faces: [] });
    const called = (name: string): string[] => mirror.called(name).map(({ id }) => id);
    expect([called('bob'), called('unknown 3'), called('Unknown  4'), called('Carl')]).toEqual([['2'], ['1'], ['3'], []]);
  });

  it('learns by reconciliation what was edited by hand', () => {
    mirror.apply({
      persons: [person('ada'), person('bob'), person('late', { version: 9 })],
      faces: [face('a', 'ada', 0), face('b', 'bob', 90)],
    });
    const missing = mirror.reconcile({ persons: [person('ada', { name: 'Grace' })], faceIds: ['a', 'x'] }, 5);
    expect(mirror.persons().map(({ name }) => name)).toEqual(['Grace', 'late']);
    expect(missing).toEqual(['x']);
    expect(mirror.face('b')).toBeNull();
    mirror.reconcile({ persons: [person('ada', { name: 'Stale', version: 0 }), person('late')], faceIds: null }, 9);
    expect(mirror.person('ada')?.name).toBe('Grace');
  });
});
