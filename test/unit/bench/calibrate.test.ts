import { fitCalibration, fitTail } from '@watchpost/bench/seeing/fit-calibration';
import { createRandom } from '@watchpost/bench/prove/random';
import { measureGalleries } from '@watchpost/bench/seeing/measure-galleries';
import type { LabelledFace } from '@watchpost/bench/seeing/person-folders';
import { createCalibration } from '@watchpost/gallery/decide/calibration';
import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import { unit } from '@watchpost/shared/vectors';
import { describe, expect, it } from 'vitest';

const random = createRandom(5);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const drawn = (): Float32Array => Float32Array.from({ length: 64 }, normal);

/** Drawn faces: strangers have cosines around 0 with a deviation of 1/8, faces of one person around 0.9. */
function drawFaces(persons: number, each: number, name: string): LabelledFace[] {
  return Array.from({ length: persons }, (_, person) => {
    const base = drawn();
    return Array.from({ length: each }, (__, index): LabelledFace => {
      const noise = drawn();
      const embedding = unit(base.map((value, at) => value + (noise[at] ?? 0) / 3));
      return { person: `${name} ${person}`, picture: `${name} ${person} ${index}`, embedding, sizePx: 100, quality: 0.8 };
    });
  }).flat();
}

const faces = drawFaces(120, 3, 'a');
const table = fitCalibration(faces, []);

describe('the fit of a calibration', () => {
  it('finds the tail of a normal distribution', () => {
    const values = Float32Array.from({ length: 200_000 }, () => 0.3 + 0.05 * normal()).sort();
    const { mean, deviation } = fitTail(values);
    expect(mean).toBeCloseTo(0.3, 2);
    expect(deviation).toBeCloseTo(0.05, 2);
  });

  it('finds how similar strangers and faces of one person are', () => {
    expect(table.strangers.mean).toBeGreaterThan(-0.03);
    expect(table.strangers.mean).toBeLessThan(0.06);
    expect(table.deviation).toBeGreaterThan(0.1);
    expect(table.deviation).toBeLessThan(0.13);
    expect(table.samePerson.mean).toBeCloseTo(0.9, 1);
    // Faces that are nearly one: their mean is as alike to a stranger as each, and three references are hardly more than one.
    expect(table.shared).toBeGreaterThan(0.8);
    expect(table.referencePower).toBeLessThan(0.7);
    expect(table.strangers.small).toEqual({ one: 0, both: 0 });
  });

  it('finds what smaller faces change, and leaves out each picture against itself', () => {
    // A small face has lost some of what is its own: it is less similar to its person, and as similar to others.
    const small = faces.map((face) => ({ ...face, sizePx: 30, embedding: unit(face.embedding.map((value) => value + normal() / 16)) }));
    const { samePerson, strangers } = fitCalibration(faces, small);
    expect(samePerson.small.one).toBeLessThan(-0.03);
    expect(Math.abs(strangers.small.one)).toBeLessThan(0.02);
    // A picture and its smaller self are nearly equal, which would look as if smaller faces were more similar.
    expect(samePerson.small.both).toBeLessThan(0.05);
  });

  it('is refused with too few pictures', () => {
    expect(() => fitCalibration(drawFaces(10, 2, 'few'), [])).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
    expect(() => fitCalibration(drawFaces(150, 1, 'once'), [])).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
  });
});

describe('galleries of all sizes', () => {
  it('name friends and no strangers, and say how many persons were drawn', () => {
    const settings = { ...defaultDecisionSettings, calibration: createCalibration(table) };
    const results = measureGalleries(drawFaces(60, 4, 'b'), settings, { rounds: 2 });
    expect(results.map(({ persons, references, drawn: filled }) => [persons, references, filled])).toEqual(
      [10, 100, 1_000, 10_000].flatMap((persons) =>
        [1, 3, 10].map((each) => [persons, each, each === 10 ? persons : persons === 10 ? 0 : persons - 40]),
      ),
    );
    const worst = (value: (each: (typeof results)[number]) => number): number => Math.max(...results.map(value));
    expect(worst(({ strangersNamed }) => strangersNamed)).toBeLessThan(0.01);
    expect(worst(({ strangersUncertain }) => strangersUncertain)).toBeLessThan(0.15);
    // Nobody has ten pictures and one more.
    const [able, unable] = [results.filter(({ references }) => references < 10), results.filter(({ references }) => references === 10)];
    expect(Math.min(...able.map(({ friendsNamed }) => friendsNamed))).toBeGreaterThan(0.9);
    expect(able.every(({ friendsMisnamed }) => friendsMisnamed === 0)).toBe(true);
    expect(unable.map(({ friends, strangers }) => [friends, strangers])).toEqual(unable.map(() => [0, 2 * 240]));
  });
});
