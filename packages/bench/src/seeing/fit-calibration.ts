import type { CalibrationTable } from '@watchpost/shared/calibration-table';
import { AppError } from '@watchpost/shared/errors';
import { upperQuantile } from '@watchpost/shared/normal-distribution';
import { dot } from '@watchpost/shared/vectors';
import { smallness } from '@watchpost/gallery/decide/calibration';
import { groupBy } from '../report/statistics.ts';
import type { LabelledFace } from './person-folders.ts';

/** The shares of strangers' pairs between which the tail is fitted. */
const rates = [1e-2, 1e-3, 1e-4, 1e-5];
/** A rate counts if at least so many pairs are beyond it. */
const fewestPairs = 10;
/** How many faces of a person the mean and the references are of. */
const together = 3;

/** Fits a calibration to faces of many persons. Throws `usage-invalid` where there are too few. Pure. */
export function fitCalibration(full: readonly LabelledFace[], small: readonly LabelledFace[]): CalibrationTable {
  const strangers = strangersOf(full, full);
  const { mean, deviation } = fitTail(strangers);
  const same = sameOf(full, full);
  if (same.length === 0) throw new AppError('usage-invalid', 'nobody has two pictures with a face');
  const line = quantile(strangers, rates[1] ?? 0);
  const groups = [full, ...bySize(small)];
  const cells = groups.flatMap((one, index) => groups.slice(index).map((other) => ({ one, other })));
  const shifted = (value: (one: readonly LabelledFace[], other: readonly LabelledFace[]) => number, base: number) =>
    fitShift(cells.slice(1).map(({ one, other }) => ({ one: sizeOf(one), other: sizeOf(other), by: value(one, other) - base })));
  return {
    strangers: { mean, small: shifted((one, other) => quantile(strangersOf(one, other), rates[1] ?? 0), line) },
    samePerson: { mean: average(same), small: shifted((one, other) => average(sameOf(one, other)), average(same)) },
    deviation,
    ...fitTogether(full, mean, line),
    // Not fitted: it takes galleries of hundreds of persons.
    neighbours: { share: 0, deviation: 1 },
  };
}

/** The normal distribution whose upper tail is nearest to these similarities, ascending. Throws `usage-invalid` where they are too few. Pure. */
export function fitTail(ascending: Float32Array): { mean: number; deviation: number } {
  const points = rates
    .filter((rate) => rate * ascending.length >= fewestPairs)
    .map((rate): [number, number] => [upperQuantile(rate), quantile(ascending, rate)]);
  if (points.length < 2) throw new AppError('usage-invalid', `${ascending.length} pairs of strangers are too few: at least 10,000`);
  const [x, y] = [average(points.map(([z]) => z)), average(points.map(([, similarity]) => similarity))];
  const across = points.reduce((sum, [z, similarity]) => sum + (z - x) * (similarity - y), 0);
  const deviation = across / points.reduce((sum, [z]) => sum + (z - x) ** 2, 0);
  return { mean: y - deviation * x, deviation };
}

/** Similarities of different persons' faces, ascending; each pair of faces once. */
export function strangersOf(one: readonly LabelledFace[], other: readonly LabelledFace[]): Float32Array {
  return Float32Array.from(pairs(one, other, false)).sort();
}

/** Similarities of one person's faces in two pictures. */
function sameOf(one: readonly LabelledFace[], other: readonly LabelledFace[]): number[] {
  return [...pairs(one, other, true)];
}

function* pairs(one: readonly LabelledFace[], other: readonly LabelledFace[], same: boolean): Generator<number> {
  for (const [index, face] of one.entries())
    for (const each of one === other ? other.slice(index + 1) : other)
      if ((each.person === face.person) === same && each.picture !== face.picture) yield dot(face.embedding, each.embedding);
}

function quantile(ascending: Float32Array, rate: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * (1 - rate)))] ?? Number.NaN;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** In groups of half a step each. */
function bySize(faces: readonly LabelledFace[]): LabelledFace[][] {
  const groups = groupBy(faces, ({ sizePx }) => Math.round(2 * smallness(sizePx)));
  return [...groups].flatMap(([step, group]) => (step > 0 ? [group] : []));
}

function sizeOf(faces: readonly LabelledFace[]): number {
  return average(faces.map(({ sizePx }) => smallness(sizePx)));
}

/** Least squares of by = one·(a + b) + both·a·b. */
function fitShift(cells: readonly { one: number; other: number; by: number }[]): { one: number; both: number } {
  const usable = cells
    .filter(({ by }) => Number.isFinite(by))
    .map(({ one, other, by }) => ({ sum: one + other, product: one * other, by }));
  const total = (value: (cell: { sum: number; product: number; by: number }) => number): number =>
    usable.reduce((sum, cell) => sum + value(cell), 0);
  const [ss, sp, pp] = [total(({ sum }) => sum ** 2), total(({ sum, product }) => sum * product), total(({ product }) => product ** 2)];
  const [sb, pb] = [total(({ sum, by }) => sum * by), total(({ product, by }) => product * by)];
  const determinant = ss * pp - sp ** 2;
  return Math.abs(determinant) < 1e-9
    ? { one: 0, both: 0 }
    : { one: (sb * pp - pb * sp) / determinant, both: (ss * pb - sp * sb) / determinant };
}

/** What several faces of one person change: as a mean, and as references. */
function fitTogether(faces: readonly LabelledFace[], mean: number, line: number): { shared: number; referencePower: number } {
  const several = [...groupBy(faces, ({ person }) => person).values()].filter((group) => group.length >= together);
  const [means, singles]: [number[], number[]] = [[], []];
  const beyond = { any: 0, each: 0 };
  for (const group of several.map((each) => each.slice(0, together)))
    for (const face of faces) {
      if (face.person === group[0]?.person) continue;
      const similarities = group.map((each) => dot(each.embedding, face.embedding));
      means.push(average(similarities));
      singles.push(similarities[0] ?? 0);
      if (similarities.some((similarity) => similarity >= line)) beyond.any += 1;
      beyond.each += similarities.filter((similarity) => similarity >= line).length / together;
    }
  if (beyond.each === 0) throw new AppError('usage-invalid', `too few persons have ${together} pictures`);
  const at = (values: number[]): number => quantile(Float32Array.from(values).sort(), rates[1] ?? 0);
  const narrower = ((at(means) - mean) / (at(singles) - mean)) ** 2;
  return {
    shared: Math.min(1, Math.max(0, (narrower - 1 / together) / (1 - 1 / together))),
    referencePower: Math.min(1, Math.max(0, Math.log(beyond.any / beyond.each) / Math.log(together))),
  };
}
