import { calibrationTableSchema, type CalibrationTable } from '@watchpost/shared/calibration-table';
import { AppError } from '@watchpost/shared/errors';
import { upperQuantile } from '@watchpost/shared/normal-distribution';
import type { Bench } from './bench.ts';
import { readOptions } from './bench.ts';
import { fitCalibration, fitTail, strangersOf } from './seeing/fit-calibration.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';
import { openBenchVision } from './seeing/open-bench-vision.ts';
import { readPersonFolders, type LabelledFace } from './seeing/person-folders.ts';

/** What faces are made to have, pixels, for the fit by size. */
const sizes = [48, 32, 24];

/** What the fit of one half of the persons says about the other half, at one rate. */
interface FitError {
  rate: number;
  similarity: number;
  found: number;
  pairs: number;
}

/**
 * Fits what similarities mean to pictures of many persons (`--data DIR`, DIR/PERSON/FILE): prints the numbers of a custom model's
 * `calibration`, and what the fit of half of the persons says about the others.
 */
export const calibrate: Bench = async (args, { env, print, warn, signal }) => {
  const { json, data } = readOptions(args, {});
  if (data === undefined) throw new AppError('usage-invalid', '--data DIR is needed: a folder of folders of pictures, one for each person');
  const vision = await openBenchVision(env, 'onnx');
  const { full, small } = await readPersonFolders(vision, data, sizes, { warn, signal });
  const table = roundedTable(fitCalibration(full, small));
  const errors = errorsOf(full);
  const persons = new Set(full.map(({ person }) => person)).size;
  if (!calibrationTableSchema.safeParse(table).success)
    throw new AppError(
      'usage-invalid',
      `the fit is of no use: faces of one person are not more similar than those of two (${JSON.stringify(table)})`,
    );
  if (json) print(JSON.stringify({ persons, faces: full.length, calibration: table, errors }));
  else
    for (const line of [
      `${full.length} faces of ${persons} persons, and ${small.length} smaller ones`,
      '',
      `"calibration": ${JSON.stringify(table, null, 2)}`,
      '',
      ...toTable([
        ['half of the persons, by the fit of the other half', 'similarity', 'found', 'pairs'],
        ...errors.map((each) => [`1 in ${1 / each.rate}`, rounded(each.similarity), each.found.toExponential(1), each.pairs]),
      ]),
    ])
      print(line);
  return 0;
};

/** Half of the persons, by the order of their names, against the fit of the other half. */
function errorsOf(full: readonly LabelledFace[]): FitError[] {
  const persons = [...new Set(full.map(({ person }) => person))].toSorted();
  const first = new Set(persons.filter((_, index) => index % 2 === 0));
  const half = (inFirst: boolean): Float32Array => {
    const faces = full.filter(({ person }) => first.has(person) === inFirst);
    return strangersOf(faces, faces);
  };
  const { mean, deviation } = fitTail(half(true));
  const others = half(false);
  return [1e-2, 1e-3, 1e-4, 1e-5]
    .filter((rate) => rate * others.length >= 10)
    .map((rate) => {
      const similarity = mean + deviation * upperQuantile(rate);
      const pairs = others.reduce((count, each) => count + (each >= similarity ? 1 : 0), 0);
      return { rate, similarity, found: pairs / others.length, pairs };
    });
}

function roundedTable({ strangers, samePerson, ...rest }: CalibrationTable): CalibrationTable {
  const similarities = ({ mean, small }: CalibrationTable['strangers']) => ({
    mean: rounded(mean, 4),
    small: { one: rounded(small.one, 4), both: rounded(small.both, 4) },
  });
  return {
    strangers: similarities(strangers),
    samePerson: similarities(samePerson),
    deviation: rounded(rest.deviation, 4),
    shared: rounded(rest.shared, 2),
    referencePower: rounded(rest.referencePower, 2),
    neighbours: rest.neighbours,
  };
}
