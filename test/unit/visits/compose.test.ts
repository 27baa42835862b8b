import { compose } from '@watchpost/visits/compose';
import { describe, expect, it } from 'vitest';
import {
  alikeByLooks,
  composed,
  eve,
  type Faces,
  face,
  postman,
  stranger,
  uncertain,
  unknown12,
  visitOf,
} from '../../support/visit-samples.ts';

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

  it('leaves an unknown alone whom a reader named as that', () => {
    const said = stranger(0, { mayBe: 'Ada', mayBeId: 'ada', saidBy: 'slack:U1' });
    expect(composed({ a: [said], b: [face(0)] }).who).toEqual(['1: Unknown 7', '2: Ada']);
  });

  it('keeps apart whom the post concerns by name, and whom it only asks about', () => {
    const mayBe = stranger(0, { mayBe: 'Ada', mayBeId: 'ada', looks: '!' });
    expect(composed({ a: [mayBe], b: [face(0)] })).toMatchObject({ persons: ['u7', 'ada'], asked: [] });
    expect(composed({ a: [mayBe] })).toMatchObject({ persons: ['u7'], asked: ['ada'] });
  });

  it('takes the face that a reader named before one more like that person', () => {
    const { visitors } = composed({ a: [face(0, { similarity: 0.99 }), face(1, { similarity: 0.1, saidBy: 'slack:U1' })], b: [face(0)] });
    expect(visitors.find(({ saidBy }) => saidBy !== null)?.faces).toEqual([
      { snapshotId: 'a', position: 1 },
      { snapshotId: 'b', position: 0 },
    ]);
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

  it('are those of this visit, whatever else was read with it', () => {
    const both = new Map([
      ['a', [far(0)]],
      ['another', [far(0), far(1), face(2)]],
    ]);
    const { view } = compose(visitOf(['a']), both, alikeByLooks());
    expect(view).toMatchObject({ visitors: [], tooFar: 1, bestSnapshotId: 'a' });
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
    const alike = { looks: 'x', person: null, saidBy: 'slack:U1' };
    expect(composed({ a: [uncertain(0, alike)], b: [face(0, { looks: 'x' })] }).who).toEqual(['1: ?', '2: Ada']);
    expect(composed({ a: [uncertain(0, { ...alike, saidBy: null })], b: [face(0, { looks: 'x' })] }).who).toEqual(['1: Ada']);
  });

  it('is kept with the persons that the post concerns', () => {
    expect(composed({ a: [stranger(0)] }, { ...denied, said })).toMatchObject({ persons: ['u7'], asked: ['ada'] });
  });
});

describe('the best snapshot', () => {
  it('shows most of the visitors, then the clearest and largest faces', () => {
    const small = { sizePx: 30 };
    const faces = { a: [face(0)], b: [face(0, small), stranger(1, small)], c: [stranger(0, { quality: 1, sizePx: 400 })] };
    expect(composed(faces).view.bestSnapshotId).toBe('b');
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
