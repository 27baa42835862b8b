import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import type { StoredFace, StoredPair, StoredPerson } from '@watchpost/gallery/domain';
import { syntheticDecision } from '@watchpost/bench/gallery/synthetic-calibration';
import { withoutPause } from '@watchpost/gallery/memory/concurrency';
import { assessByCalibration } from '@watchpost/gallery/housekeeping/assessor';
import { findSame } from '@watchpost/gallery/housekeeping/find-same';
import { describe, expect, it } from 'vitest';
import { storedFace, storedPair, storedPerson } from '../../support/gallery-samples.ts';

const assessor = assessByCalibration(syntheticDecision, () => ({ persons: 10, faces: 10 }));
const unknown = (number: number, over: Partial<StoredPerson> = {}): StoredPerson =>
  storedPerson(`p${String(number)}`, { name: `Unknown ${String(number)}`, number, ...over });
/** Faces in a plane, by their angle: 45 degrees are a cosine of 0.71, 55 of 0.57, 60 of 0.5. */
const face = (id: string, person: number, degrees: number, over: Partial<StoredFace> = {}): StoredFace => {
  const angle = (degrees * Math.PI) / 180;
  const embedding = Float32Array.from([Math.cos(angle), Math.sin(angle)]);
  return storedFace(id, `p${String(person)}`, { modelId: 'm', embedding, ...over });
};
const notSame = (one: number, other: number): StoredPair => storedPair(`p${String(one)}`, `p${String(other)}`);
const find = (faceId: string, persons: StoredPerson[], faces: StoredFace[], pairs: StoredPair[] = []) => {
  const mirror = createMirror(createExactIndex);
  mirror.apply({ persons, faces, pairs });
  const found = withoutPause(findSame({ mirror, assessor }, faceId));
  return found?.kind === 'same' ? [found.unknown.name, found.person?.name ?? ''].sort((one, other) => one.localeCompare(other)) : null;
};

describe('unknowns who are one person', () => {
  const two = [unknown(1), unknown(2)];

  it('are two unknowns with faces that would match', () => {
    expect(find('a', two, [face('a', 1, 0), face('b', 2, 40)])).toEqual(['Unknown 1', 'Unknown 2']);
    expect(find('b', two, [face('a', 1, 0), face('b', 2, 40)])).toEqual(['Unknown 1', 'Unknown 2']);
    expect(find('a', two, [face('a', 1, 0), face('b', 2, 55)])).toBeNull();
  });

  it('agree on average, not in one face only', () => {
    const stray = [face('a', 1, 0), face('a2', 1, -70), face('a3', 1, -80), face('b', 2, 40), face('b2', 2, 100), face('b3', 2, 110)];
    expect(find('a', two, stray)).toBeNull();
  });

  it('are never named or ignored persons', () => {
    const faces = [face('a', 1, 0), face('b', 2, 40)];
    expect(find('a', [unknown(1), unknown(2, { name: 'Ada' })], faces)).toBeNull();
    expect(find('a', [unknown(1, { name: 'Ada' }), unknown(2)], faces)).toBeNull();
    expect(find('a', [unknown(1), unknown(2, { ignored: true })], faces)).toBeNull();
  });

  it('are never two who are known not to be the same, nor two who were merged into those', () => {
    const faces = [face('a', 1, 0), face('b', 2, 40), face('c', 3, 42)];
    expect(find('a', [unknown(1), unknown(2)], faces, [notSame(1, 2)])).toBeNull();
    // The next nearest is considered then.
    expect(find('a', [unknown(1), unknown(2), unknown(3)], faces, [notSame(2, 1)])).toEqual(['Unknown 1', 'Unknown 3']);
    expect(find('a', [unknown(1), unknown(2), unknown(4, { mergedInto: 'p2' })], faces, [notSame(1, 4)])).toBeNull();
  });

  it('are never one who was said not to be this face', () => {
    const faces = [face('a', 1, 0), face('b', 2, 40), face('c', 2, 5, { role: 'negative' })];
    expect(find('a', two, faces)).toBeNull();
  });

  it('are found however many faces of others, known not to be the same, are nearer', () => {
    const named = Array.from({ length: 9 }, (_, index) => unknown(10 + index, { name: `Person ${String(index)}` }));
    const crowd = named.flatMap((_, index) =>
      Array.from({ length: 40 }, (_, at) => face(`n${String(index)}-${String(at)}`, 10 + index, -20 + at / 100)),
    );
    const pairs = named.map((_, index) => notSame(1, 10 + index));
    expect(find('a', [...two, ...named], [face('a', 1, 0), face('b', 2, 40), ...crowd], pairs)).toEqual(['Unknown 1', 'Unknown 2']);
  });

  it('are not found by negatives, nor across models', () => {
    expect(find('b', two, [face('a', 1, 0), face('b', 2, 40, { role: 'negative' })])).toBeNull();
    expect(find('a', two, [face('a', 1, 0), face('b', 2, 40, { modelId: 'other' })])).toBeNull();
  });
});
