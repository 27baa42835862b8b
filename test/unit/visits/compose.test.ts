import type { ComparableFace } from '@watchpost/gallery/questions';
import { compose, visitorOf } from '@watchpost/visits/compose';
import type { Visit } from '@watchpost/visits/visit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ada, alikeByLooks, eve, face, postman, uncertain, unknown12, unknown7, visitOf } from '../../support/visit-samples.ts';

type Faces = Record<string, ComparableFace[]>;

/** Who is in a visit of these snapshots, ten seconds apart, as the numbers with names (or `?`). */
function composed(faces: Faces, over: Partial<Visit> = {}, alike = alikeByLooks()) {
  const all = compose(visitOf(Object.keys(faces), over), new Map(Object.entries(faces)), alike);
  const who = all.view.visitors.map(({ number, person, could }) => `${number}: ${person?.name ?? '?'}${could ? ` (${could.name}?)` : ''}`);
  return { ...all, who, visitors: all.view.visitors };
}

const stranger = (position: number, over: Parameters<typeof face>[1] = {}) =>
  face(position, { decision: 'unknown', person: unknown7, ...over });

describe('who was there', () => {
  it('is everybody once, however many snapshots show them', () => {
    const { who, visitors, view } = composed({ a: [face(0), stranger(1)], b: [face(0)], c: [stranger(0)] });
    expect(who).toEqual(['1: Ada', '2: Unknown 7']);
    expect(visitors[0]).toMatchObject({ standing: 'named', similarity: 0.8, faces: [{ snapshotId: 'a' }, { snapshotId: 'b' }] });
    expect(visitors[1]).toMatchObject({ standing: 'unknown', faces: [{ snapshotId: 'a' }, { snapshotId: 'c' }] });
    expect([view.snapshots, view.toMs - view.fromMs]).toEqual([3, 20_000]);
  });

  it('is sure where a name is uncertain in one snapshot and sure in another', () => {
    const { who, visitors } = composed({ a: [uncertain(0)], b: [face(0, { similarity: 0.7 })], c: [uncertain(0)] });
    expect(who).toEqual(['1: Ada']);
    expect(visitors[0]).toMatchObject({ standing: 'named', similarity: 0.7 });
    expect(visitors[0]?.faces).toHaveLength(3);
  });

  it('is not one who surely is somebody else, nor one beside that person in the same picture', () => {
    expect(composed({ a: [uncertain(0, { looks: '!' })], b: [face(0)] }).who).toEqual(['1: ? (Ada?)', '2: Ada']);
    expect(composed({ a: [face(0), uncertain(1)] }).who).toEqual(['1: Ada', '2: ?']);
  });

  it('has a face that is surely alike, whomever it resembles', () => {
    const { who } = composed({ a: [uncertain(0, { person: eve, looks: 'x' })], b: [face(0, { looks: 'x' })] });
    expect(who).toEqual(['1: Ada']);
  });

  it('asks once about a face that is uncertain in several snapshots', () => {
    const { who, visitors } = composed({ a: [uncertain(0)], b: [uncertain(0)], c: [uncertain(0, { person: null })] });
    expect(who).toEqual(['1: ? (Ada?)', '2: ?']);
    expect(visitors[0]).toMatchObject({ standing: 'uncertain', person: null, sureness: null, contradictory: false });
  });

  it('is uncertain where two names are sure for what is surely one face', () => {
    const { who, visitors, persons, asked } = composed({
      a: [face(0, { looks: 'x' })],
      b: [face(0, { person: eve, looks: 'x' })],
      c: [face(0)],
    });
    expect(who).toEqual(['1: ? (Ada?)']);
    expect(visitors[0]).toMatchObject({ standing: 'uncertain', contradictory: true, similarity: null });
    expect([persons, asked.toSorted()]).toEqual([[], ['ada', 'eve']]);
  });

  it('is what a reader said, whatever else was found', () => {
    const said = face(0, { looks: 'x', saidBy: 'slack:U1' });
    const { who, visitors } = composed({ a: [said], b: [face(0, { person: eve, looks: 'x' })], c: [face(0, { person: eve, looks: 'x' })] });
    expect(who).toEqual(['1: Ada']);
    expect(visitors[0]).toMatchObject({ saidBy: 'slack:U1', sureness: 'said', similarity: null, contradictory: false });
    const both = composed({ a: [said], b: [face(0, { person: eve, looks: 'x', saidBy: 'slack:U2' })] });
    expect(both.who).toEqual(['1: Ada', '2: Eve']);
  });

  it('takes an unknown who may be somebody here for that person, unless one picture shows both', () => {
    const mayBe = { mayBe: 'Ada', mayBeId: 'ada' };
    const apart = composed({ a: [stranger(0, mayBe)], b: [face(0)] });
    expect(apart.who).toEqual(['1: Ada']);
    expect(apart.asked).toEqual(['u7']);
    expect(composed({ a: [stranger(0, mayBe), face(1)] }).who).toEqual(['1: Unknown 7', '2: Ada']);
    expect(composed({ a: [stranger(0, { ...mayBe, looks: '!' })], b: [face(0)] }).who).toEqual(['1: Unknown 7 (Ada?)', '2: Ada']);
    expect(composed({ a: [stranger(0, mayBe)] }).who).toEqual(['1: Unknown 7 (Ada?)']);
  });

  it('gives two unknowns who are surely one the older number, and an unknown the name', () => {
    const younger = { decision: 'unknown', person: unknown12, looks: 'x' } as const;
    expect(composed({ a: [face(0, younger)], b: [stranger(0, { looks: 'x' })] }).who).toEqual(['1: Unknown 7']);
    expect(composed({ a: [face(0, younger)], b: [face(0, { looks: 'x' })] }).who).toEqual(['1: Ada']);
  });

  it('never makes one visitor of two faces of a snapshot', () => {
    const { visitors } = composed({ a: [face(0, { looks: 'x' }), face(1, { looks: 'x' })], b: [face(0)] });
    expect(visitors.map(({ faces }) => faces.map(({ snapshotId }) => snapshotId))).toEqual([['a', 'b'], ['a']]);
  });

  it('says whether an unknown was seen before', () => {
    expect(composed({ a: [stranger(0, { similarity: null })], b: [stranger(0)] }).visitors[0]).toMatchObject({ isNew: true });
    expect(composed({ a: [stranger(0)] }).visitors[0]).toMatchObject({ isNew: false });
    expect(composed({ a: [face(0, { similarity: null })] }).visitors[0]).toMatchObject({ isNew: false });
  });

  it('does not ask about ignored persons', () => {
    const { who, visitors } = composed({ a: [uncertain(0, { person: postman })], b: [face(0, { person: postman, looks: '!' })] });
    expect(who).toEqual(['1: ?', '2: Postman']);
    expect(visitors[1]?.standing).toBe('ignored');
  });
});

describe('faces that nobody can tell apart', () => {
  const far = (position: number) => face(position, { decision: 'unrecognisable', person: null, similarity: null, sizePx: 39 });
  const blurred = (position: number) => face(position, { decision: 'unrecognisable', person: null, similarity: null, sizePx: 80 });

  it('are counted in the snapshot with most of them, and have no number', () => {
    const { who, view } = composed({ a: [far(0), face(1), far(2)], b: [far(0), blurred(1), far(2)], c: [blurred(0)] });
    expect(who).toEqual(['1: Ada']);
    expect([view.tooFar, view.tooUnclear]).toEqual([2, 1]);
  });

  it('are no faces where a reader said so', () => {
    const { view, visitors } = composed({ a: [{ ...blurred(0), saidBy: 'slack:U1' }] });
    expect([visitors, view.tooUnclear, view.bestSnapshotId]).toEqual([[], 0, null]);
  });

  it('are shown where there is nothing else', () => {
    expect(composed({ a: [far(0)], b: [far(0), far(1)] }).view.bestSnapshotId).toBe('b');
  });
});

describe('what readers said here', () => {
  const denied = {
    numbers: [
      {
        number: 1,
        faces: [
          { snapshotId: 'a', position: 0 },
          { snapshotId: 'b', position: 0 },
        ],
      },
    ],
  };
  const said = [{ number: 1, notPerson: 'ada' }];

  it('keeps together whom "not Ada" was said of, and does not ask again', () => {
    const not = uncertain(0, { person: null, saidBy: 'slack:U1' });
    const { who, visitors } = composed({ a: [not], b: [not] }, { ...denied, said });
    expect(who).toEqual(['1: ?']);
    expect(visitors[0]?.faces).toHaveLength(2);
    expect(composed({ a: [uncertain(0)], b: [uncertain(0)] }, { ...denied, said }).who).toEqual(['1: ?']);
  });

  it('keeps them from joining Ada, who comes later', () => {
    const faces = { a: [uncertain(0)], b: [uncertain(0, { person: null, saidBy: 'slack:U1' })], c: [face(0)] };
    expect(composed(faces, { ...denied, said }).who).toEqual(['1: ?', '2: Ada']);
  });

  it('is kept with the persons that the post concerns', () => {
    expect(composed({ a: [stranger(0)] }, { ...denied, said })).toMatchObject({ persons: ['u7'], asked: ['ada'] });
  });
});

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
      { numRuns: 200 },
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
      { numRuns: 300 },
    );
  });
});

describe('the best snapshot', () => {
  it('shows most of the visitors, then the clearest and largest faces', () => {
    expect(composed({ a: [face(0)], b: [face(0), stranger(1)], c: [stranger(0, { quality: 1, sizePx: 400 })] }).view.bestSnapshotId).toBe(
      'b',
    );
    expect(composed({ a: [face(0, { quality: 0.5 })], b: [face(0, { quality: 0.9 })] }).view.bestSnapshotId).toBe('b');
    expect(composed({ a: [face(0, { sizePx: 50 })], b: [face(0, { sizePx: 90 })] }).view.bestSnapshotId).toBe('b');
    expect(composed({ a: [face(0)], b: [face(0)] }).view.bestSnapshotId).toBe('a');
  });

  it('is none when nobody is known any more', () => {
    const { view, persons } = composed({ a: [] });
    expect([view.bestSnapshotId, view.visitors, persons]).toEqual([null, [], []]);
  });
});

describe('a visit of 600 snapshots', () => {
  it('needs few comparisons of faces, whoever is in them', () => {
    const strangers: Faces = {};
    for (let each = 0; each < 600; each += 1)
      strangers[`s${String(each).padStart(3, '0')}`] = [uncertain(0, { person: null }), uncertain(1, { person: null })];
    const alike = alikeByLooks();
    expect(composed(strangers, {}, alike).visitors).toHaveLength(1_200);
    expect(alike.asked).toBeLessThan(25_000);
    const crowd: Faces = {};
    for (let each = 0; each < 600; each += 1) {
      const person = { id: `p${each}`, status: 'named', name: `P${each}` } as const;
      crowd[`s${String(each).padStart(3, '0')}`] = [face(0, { person }), uncertain(1)];
    }
    const few = alikeByLooks();
    composed(crowd, {}, few);
    expect(few.asked).toBeLessThan(25_000);
  });
});
