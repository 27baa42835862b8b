import { visitorOf } from '@watchpost/visits/compose';
import type { Visit } from '@watchpost/visits/visit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ada, composed, eve, type Faces, face, postman, stranger, unknown12, unknown7 } from '../../support/visit-samples.ts';

describe('numbers', () => {
  it('go from left to right as people appear, and stay', () => {
    const first = composed({ a: [face(3, { person: eve }), face(1)] });
    expect(first.who).toEqual(['1: Ada', '2: Eve']);
    const later = { a: [face(3, { person: eve }), face(1)], b: [stranger(0), face(1, { person: eve })] };
    expect(composed(later, { numbers: first.numbers }).who).toEqual(['1: Ada', '2: Eve', '3: Unknown 7']);
  });

  it('stay where a late snapshot shows somebody earlier', () => {
    const first = composed({ b: [face(0)] });
    expect(composed({ a: [stranger(0)], b: [face(0)] }, { numbers: first.numbers }).who).toEqual(['1: Ada', '2: Unknown 7']);
  });

  it('are the lower where two become one, come back when they are two again, and are never given to somebody else', () => {
    const both = { a: [stranger(0), face(1, { person: unknown12, decision: 'unknown', looks: '!' })], b: [face(0, { person: eve })] };
    const before = composed(both);
    expect(before.who).toEqual(['1: Unknown 7', '2: Unknown 12', '3: Eve']);
    const merged = { a: [stranger(0)], b: [face(0, { person: unknown7, decision: 'unknown' })], c: [face(0)] };
    const after = composed(merged, { numbers: before.numbers });
    expect(after.who).toEqual(['1: Unknown 7', '4: Ada']);
    expect(composed({ ...both, c: merged.c }, { numbers: after.numbers }).who).toEqual([...before.who, '4: Ada']);
  });

  it('of a visitor who is taken apart stay with most of the faces', () => {
    const before = composed({ a: [face(0)], b: [face(0)], c: [face(0)] });
    const split = { a: [face(0, { person: eve })], b: [face(0)], c: [face(0)] };
    const after = composed(split, { numbers: before.numbers });
    expect(after.who).toEqual(['1: Ada', '2: Eve']);
    expect(composed(split, { numbers: after.numbers }).numbers).toEqual(after.numbers);
  });

  it('find the visitor on an old button, also where another number has taken it over', () => {
    const before = composed({ a: [stranger(0)], b: [face(0)] });
    const { view, numbers } = composed({ a: [face(0)], b: [face(0)] }, { numbers: before.numbers });
    expect(view.visitors.map(({ number }) => number)).toEqual([1]);
    expect(visitorOf(view, { numbers }, 2)?.number).toBe(1);
    expect(visitorOf(view, { numbers }, 1)?.number).toBe(1);
    expect(visitorOf(view, { numbers }, 3)).toBeNull();
  });

  const people = [ada, eve, unknown7, unknown12, postman];
  const snapshots = fc.array(fc.uniqueArray(fc.nat(people.length - 1), { maxLength: 5 }), { minLength: 1, maxLength: 12 });

  it('never change while people come, whoever they are', () => {
    fc.assert(
      fc.property(snapshots, (shown) => {
        const faces: Faces = {};
        let numbers: Visit['numbers'] = [];
        const given = new Map<string, number>();
        for (const [index, inPicture] of shown.entries()) {
          faces[String.fromCharCode(97 + index)] = inPicture.map((each, position) => face(position, { person: people[each]! }));
          const now = composed(faces, { numbers });
          for (const { person, number } of now.visitors) {
            expect(given.get(person!.id) ?? number).toBe(number);
            given.set(person!.id, number);
          }
          expect([...given.values()].sort((a, b) => a - b)).toEqual(now.visitors.map(({ number }) => number));
          numbers = now.numbers;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are never given twice, and each face has one, whatever the gallery makes of the faces next', () => {
    const any = fc.record({ who: fc.nat(people.length), sure: fc.boolean(), looks: fc.constantFrom('', 'x', 'y', '!') });
    const pictures = fc.array(fc.array(any, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(pictures, { minLength: 1, maxLength: 4 }), (stages) => {
        let numbers: Visit['numbers'] = [];
        for (const stage of stages) {
          const faces = Object.fromEntries(
            stage.map((picture, index) => [
              String.fromCharCode(97 + index),
              picture.map(({ who, sure, looks }, position) =>
                face(position, { person: people[who] ?? null, decision: sure && people[who] ? 'match' : 'uncertain', looks }),
              ),
            ]),
          );
          const highest = Math.max(0, ...numbers.map(({ number }) => number));
          const now = composed(faces, { numbers });
          const all = now.visitors.map(({ number }) => number);
          expect(new Set(all).size).toBe(all.length);
          const shown = now.visitors.flatMap((each) => each.faces.map((ref) => `${ref.snapshotId} ${ref.position}`));
          expect(shown.toSorted()).toEqual(
            Object.entries(faces)
              .flatMap(([id, inIt]) => inIt.map(({ position }) => `${id} ${position}`))
              .toSorted(),
          );
          for (const { faces: own } of now.visitors) expect(new Set(own.map(({ snapshotId }) => snapshotId)).size).toBe(own.length);
          for (const number of all.filter((each) => each > highest)) expect(number).toBeLessThanOrEqual(highest + all.length);
          expect(composed(faces, { numbers: now.numbers }).numbers).toEqual(now.numbers);
          numbers = now.numbers;
        }
      }),
      { numRuns: 80 },
    );
  });
});
