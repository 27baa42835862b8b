import { createKernel, sketchLength } from '@watchpost/gallery/memory/index/sketch-kernel';
import { describe, expect, it } from 'vitest';

describe('the sketch kernel', () => {
  it.each([1, 7, 64, 100])('computes what the formula says, %i rows, in groups', (rows) => {
    const kernel = createKernel(100);
    kernel.query.set(Array.from({ length: sketchLength }, (_, index) => ((index * 37) % 255) - 127));
    kernel.sketches.set(Array.from({ length: 100 * sketchLength }, (_, index) => ((index * 89) % 255) - 127));
    kernel.factors.set(Array.from({ length: 100 }, (_, row) => row / 8));
    kernel.scores.fill(-1);
    const groupRows = 8;
    kernel.scan(rows, groupRows);
    const wanted = Array.from({ length: rows }, (_, row) => {
      let dot = 0;
      for (let index = 0; index < sketchLength; index += 1) {
        dot += (kernel.query[index] ?? 0) * (kernel.sketches[row * sketchLength + index] ?? 0);
      }
      return Math.fround(Math.fround(dot) * (row / 8));
    });
    expect([...kernel.scores.subarray(0, rows)]).toEqual(wanted);
    expect(kernel.scores[rows] ?? -1).toBe(-1);
    const groups = Array.from({ length: Math.ceil(rows / groupRows) }, (_, group) =>
      Math.max(...wanted.slice(group * groupRows, (group + 1) * groupRows)),
    );
    expect([...kernel.tops.subarray(0, groups.length)]).toEqual(groups);
  });

  it('does nothing where there are no rows', () => {
    const kernel = createKernel(8);
    kernel.scores.fill(5);
    kernel.scan(0, 1);
    expect([...kernel.scores]).toEqual(Array.from({ length: 8 }, () => 5));
  });
});
