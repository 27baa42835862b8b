import { builtInCalibration as calibration, builtInTable, createCalibration } from '@watchpost/gallery/decide/calibration';
import { calibrationTableSchema } from '@watchpost/shared/calibration-table';
import { upperQuantile, upperTail } from '@watchpost/shared/normal-distribution';
import { describe, expect, it } from 'vitest';

const sizes = [10, 20, 24, 40, 79.9, 80, 300];
const everySize = sizes.flatMap((probeSizePx) =>
  sizes.flatMap((referenceSizePx) => [1, 3, 20].map((faces) => ({ probeSizePx, referenceSizePx, faces }))),
);
const similarities = Array.from({ length: 151 }, (_, index) => -0.5 + index / 100);
const full = { probeSizePx: 100, referenceSizePx: 100 };

describe('the tail of the normal distribution', () => {
  it('has the shares that tables print, also the smallest', () => {
    for (const [z, share] of [
      [-1, 0.841344746],
      [0, 0.5],
      [1.959964, 0.025],
      [4.753424, 1e-6],
      [7.034484, 1e-12],
    ] as const) {
      expect(upperTail(z) / share).toBeCloseTo(1, 5);
      expect(upperQuantile(share)).toBeCloseTo(z, 5);
    }
  });
});

describe('a calibration', () => {
  it('finds each similarity rarer among strangers, and likelier of one person, than all lower ones', () => {
    for (const at of everySize)
      for (const [index, similarity] of similarities.entries()) {
        const lower = { ...at, similarity: similarities[index - 1] ?? -1 };
        expect(calibration.falseMatchRate({ ...at, similarity })).toBeLessThanOrEqual(calibration.falseMatchRate(lower));
        expect(calibration.likelihoodRatio({ ...at, similarity })).toBeGreaterThan(calibration.likelihoodRatio(lower));
      }
  });

  it('finds the similarity of each rate', () => {
    for (const at of everySize)
      for (const rate of [0.3, 1e-3, 1e-6, 1e-9]) {
        const similarity = calibration.similarityAt(rate, at);
        expect(calibration.falseMatchRate({ ...at, similarity }) / rate).toBeCloseTo(1, 4);
      }
  });

  it('finds the difference that makes a person so many times as likely', () => {
    for (const at of everySize) {
      const ratio = (similarity: number): number => calibration.likelihoodRatio({ ...at, similarity });
      expect(ratio(0.7 + calibration.marginAt(10, at)) / ratio(0.7)).toBeCloseTo(10, 6);
    }
  });

  it('changes little from one size to the next, and not at all beyond the smallest and full size', () => {
    const at = (sizePx: number): number => calibration.similarityAt(1e-5, { probeSizePx: sizePx, referenceSizePx: 50 });
    for (let sizePx = 10; sizePx < 120; sizePx += 1) expect(Math.abs(at(sizePx + 1) - at(sizePx))).toBeLessThan(0.003);
    expect([at(12), at(90)]).toEqual([at(20), at(80)]);
  });

  it('counts more references as more comparisons, but not as so many', () => {
    const comparisons = (size: { persons: number; faces: number }): number => calibration.comparisons(size);
    expect(comparisons({ persons: 1_000, faces: 1_000 })).toBe(1_000);
    expect(comparisons({ persons: 1_000, faces: 10_000 })).toBeCloseTo(1_000 * 10 ** builtInTable.referencePower, 6);
    expect(comparisons({ persons: 2_000, faces: 20_000 })).toBeCloseTo(2 * comparisons({ persons: 1_000, faces: 10_000 }), 6);
    expect([comparisons({ persons: 0, faces: 0 }), comparisons({ persons: 5, faces: 3 })]).toEqual([0, 5]);
  });

  it('asks a little less of the mean of several faces', () => {
    const at = (faces: number): number => calibration.similarityAt(1e-5, { ...full, faces });
    expect(at(1)).toBeGreaterThan(at(3));
    expect(at(3)).toBeGreaterThan(at(30));
    expect(at(1) - at(30)).toBeLessThan(0.01);
  });

  it('is refused where strangers would be as similar as faces of one person', () => {
    const swapped = { ...builtInTable, samePerson: builtInTable.strangers, strangers: builtInTable.samePerson };
    expect(calibrationTableSchema.safeParse(builtInTable).success).toBe(true);
    expect(calibrationTableSchema.safeParse(swapped).success).toBe(false);
    // At full size they differ, but not where both faces are small.
    const blurred = { ...builtInTable, samePerson: { mean: 0.82, small: { one: -0.1, both: 0 } } };
    expect(calibrationTableSchema.safeParse(blurred).success).toBe(false);
    expect(() => createCalibration(builtInTable)).not.toThrow();
  });
});
