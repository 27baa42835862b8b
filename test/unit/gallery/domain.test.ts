import { inverseFromJson, inverseToJson, personsSeen, personStatus, type Sighting } from '@watchpost/gallery/domain';
import { databaseName } from '@watchpost/gallery/stores/mongo/connect';
import { describe, expect, it } from 'vitest';

describe('a status', () => {
  it('follows from the name, so that an edit of the name alone names a person', () => {
    expect(personStatus({ name: 'Unknown 3', number: 3, ignored: false })).toBe('unknown');
    expect(personStatus({ name: 'Ada', number: 3, ignored: false })).toBe('named');
    expect(personStatus({ name: 'Unknown 4', number: 3, ignored: false })).toBe('named');
    expect(personStatus({ name: 'Bob', number: null, ignored: false })).toBe('named');
    expect(personStatus({ name: 'Unknown 3', number: 3, ignored: true })).toBe('ignored');
  });
});

it.each(['unknown 3', 'UNKNOWN  3', 'Unknown\u00a03', 'Unknown ３', 'Ｕnknown 3', 'Unk\u200bnown 3\u200b', 'unknown 3 '])(
  'a status follows from the name %j, however it is spelt',
  (name) => {
    expect(personStatus({ name, number: 3, ignored: false })).toBe('unknown');
    for (const other of [`${name}x`, `x${name}`, `${name}1`])
      expect(personStatus({ name: other, number: 3, ignored: false })).toBe('named');
  },
);

describe('the persons that a snapshot shows', () => {
  it('are those of its faces, each once, without uncertain ones of which no reader said whose they are', () => {
    const face = (decision: Sighting['decision'], personId: string | null, saidBy: string | null = null): Sighting => ({
      box: { x: 0, y: 0, width: 1, height: 1 },
      decision,
      personId,
      similarity: null,
      faceId: null,
      modelId: 'm',
      quality: 0.5,
      sizePx: 90,
      saidBy,
      evidence: null,
      embedding: new Float32Array(0),
    });
    const faces = [face('match', 'b'), face('unknown', 'a'), face('match', 'b'), face('uncertain', 'c'), face('unrecognisable', null)];
    expect(personsSeen(faces)).toEqual(['b', 'a']);
    expect(personsSeen([face('uncertain', 'c', 'slack:U1')])).toEqual(['c']);
  });
});

describe('the inverse of a change', () => {
  it('survives storage as text', () => {
    const inverse = {
      persons: [{ id: 'p1', isNew: false as const, set: { name: 'Ada', mergedInto: null } }],
      faces: [{ id: 'f1', isNew: false as const, set: { deleted: false, shows: 'p2' } }],
      pairs: [{ id: 'p1 p2', personIds: ['p1', 'p2'] as const, deleted: true }],
      moveSightings: [{ faceIds: ['f1'], from: ['p1'], to: 'p2' }],
      assignments: [{ snapshotId: 's1', position: 0, personId: null, saidBy: 'slack:U1' }],
    };
    expect(inverseFromJson(inverseToJson(inverse))).toEqual(inverse);
    expect(inverseFromJson(inverseToJson(null))).toBeNull();
  });
});

describe('the database of a connection string', () => {
  it.each([
    ['mongodb://h:1/', 'watchpost'],
    ['mongodb://u:p@h1:1,h2:2', 'watchpost'],
    ['mongodb://h/?replicaSet=rs', 'watchpost'],
    ['mongodb://h/faces?replicaSet=rs', 'faces'],
    ['mongodb+srv://u:p%40@h/my%20faces', 'my faces'],
  ])('of %s is %s', (url, name) => {
    expect(databaseName(url)).toBe(name);
  });
});
