import type { StoredFace, StoredPair, StoredPerson } from '@watchpost/gallery/domain';
import type { Assessor } from '@watchpost/gallery/housekeeping/assessor';
import { findSame } from '@watchpost/gallery/housekeeping/find-same';
import { withoutPause } from '@watchpost/gallery/memory/concurrency';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { describe, expect, it } from 'vitest';
import { storedFace, storedPair, storedPerson } from '../../support/gallery-samples.ts';

/** The more faces agree, the less similar they must be: a single one 0.9, three 0.73, many 0.65. */
const assessor: Assessor = {
  verdict: ({ similarity, faces }) => {
    if (similarity >= 0.65 + 0.25 / faces) return 'same';
    return similarity >= 0.6 ? 'perhaps' : 'different';
  },
  likelihood: ({ similarity }) => similarity,
  contests: (best, other) => best.similarity - other.similarity < 0.05,
  least: () => 0.6,
};

const ada = storedPerson('ada', { name: 'Ada' });
const unknown = (number: number, over: Partial<StoredPerson> = {}): StoredPerson =>
  storedPerson(`u${number}`, { name: `Unknown ${number}`, number, ...over });
/** Faces in a plane, by their angle to Ada's: 40 degrees are a cosine of 0.77, 48 of 0.67, 55 of 0.57. */
const face = (id: string, personId: string, degrees: number, over: Partial<StoredFace> = {}): StoredFace => {
  const angle = (degrees * Math.PI) / 180;
  return storedFace(id, personId, {
    embedding: Float32Array.from([Math.cos(angle), Math.sin(angle), 0]),
    snapshotId: `seen-${id}`,
    position: 0,
    ...over,
  });
};
const three = (over: Partial<StoredFace> = {}): StoredFace[] => [40, 41, 42].map((degrees) => face(`f${degrees}`, 'u7', degrees, over));
const adas = face('a', 'ada', 0);

interface World {
  persons?: StoredPerson[];
  faces: StoredFace[];
  pairs?: StoredPair[];
  asked?: string;
}

/** `same Ada`, `may be Ada`, `may be nobody`, or null where nothing follows. */
function find({ persons = [ada, unknown(7)], faces, pairs = [], asked = 'f40' }: World): string | null {
  const mirror = createMirror(createExactIndex);
  mirror.apply({ persons, faces, pairs });
  const found = withoutPause(findSame({ mirror, assessor }, asked));
  return found && `${found.kind === 'same' ? 'same' : 'may be'} ${found.person?.name ?? 'nobody'}`;
}

describe('an unknown', () => {
  it('is a named person once faces of three pictures agree, though none would be sure alone', () => {
    expect(find({ faces: [adas, ...three()] })).toBe('same Ada');
    expect(find({ faces: [adas, ...three().slice(0, 2)] })).toBe('may be Ada');
    expect(find({ faces: [adas, ...three({ snapshotId: 'one picture' })] })).toBe('may be Ada');
  });

  it('is not a named person by faces that agree with another face each', () => {
    const others = [face('b', 'ada', 85), face('c', 'ada', -45)];
    const scattered = [face('f40', 'u7', 40), face('f2', 'u7', 110), face('f3', 'u7', -75)];
    expect(find({ faces: [adas, ...others, ...scattered] })).toBeNull();
  });

  it('is nobody for sure where another named person is as near', () => {
    const bob = storedPerson('bob', { name: 'Bob' });
    const faces = [adas, face('b', 'bob', 83), ...three()];
    expect(find({ persons: [ada, bob, unknown(7)], faces })).toBe('may be Ada');
    expect(find({ persons: [ada, bob, unknown(7)], faces: [adas, face('b', 'bob', 100), ...three()] })).toBe('same Ada');
  });

  it('is never somebody ignored, but may be', () => {
    expect(find({ persons: [{ ...ada, ignored: true }, unknown(7)], faces: [adas, ...three()] })).toBe('may be Ada');
  });

  it('is nobody of whom a reader said that they are not the same, or that a face is not theirs', () => {
    expect(find({ faces: [adas, ...three()], pairs: [storedPair('ada', 'u7')] })).toBeNull();
    const negative = face('n', 'ada', 42, { role: 'negative' });
    expect(find({ faces: [adas, ...three(), negative] })).toBeNull();
  });

  it('is no named person’s any more who has been named, nor asked about by a face of a named person', () => {
    expect(find({ persons: [ada, unknown(7, { name: 'Bob' })], faces: [adas, ...three()] })).toBeNull();
    expect(find({ faces: [adas, ...three()], asked: 'a' })).toBeNull();
  });

  it('is the other unknown if both may be one person and each other', () => {
    const apart = [adas, face('g', 'u5', -45), face('f40', 'u7', 40)];
    const persons = [ada, unknown(5, { mayBe: 'ada' }), unknown(7, { mayBe: 'ada' })];
    const near = [adas, face('g', 'u5', 48), face('f40', 'u7', 5, { embedding: outside(0.67, 0.65) })];
    expect(find({ persons, faces: near })).toBe('same Unknown 5');
    expect(find({ persons: [ada, unknown(5), unknown(7)], faces: near })).toBe('may be Ada');
    expect(find({ persons, faces: apart })).toBeNull();
    expect(find({ persons, faces: near, pairs: [storedPair('u5', 'u7')] })).toBeNull();
  });
});

describe('whom an unknown may be', () => {
  it('is noted, changed, and cleared when it does not hold any more', () => {
    const alone = [adas, face('f40', 'u7', 48)];
    expect(find({ faces: alone })).toBe('may be Ada');
    expect(find({ persons: [ada, unknown(7, { mayBe: 'ada' })], faces: alone })).toBeNull();
    expect(find({ persons: [ada, unknown(7, { mayBe: 'ada' })], faces: [...alone, face('f2', 'u7', 80)] })).toBe('may be nobody');
    expect(find({ persons: [ada, unknown(7, { mayBe: 'gone' })], faces: alone })).toBe('may be Ada');
  });

  it('is an older unknown, never a younger one', () => {
    const faces = [face('g', 'u5', 0), face('f40', 'u7', 48)];
    expect(find({ persons: [unknown(5), unknown(7)], faces })).toBe('may be Unknown 5');
    expect(find({ persons: [unknown(5), unknown(7)], faces, asked: 'g' })).toBeNull();
  });
});

/** A unit vector of three numbers with this cosine to Ada's face, and this one to the face at 48 degrees. */
function outside(toAda: number, toOther: number): Float32Array {
  const angle = (48 * Math.PI) / 180;
  const y = (toOther - toAda * Math.cos(angle)) / Math.sin(angle);
  return Float32Array.from([toAda, y, Math.sqrt(1 - toAda ** 2 - y ** 2)]);
}
