import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { openBenchDatabase } from './gallery/bench-database.ts';
import { measureLag } from './gallery/measure-lag.ts';
import { measureLoad } from './gallery/measure-load.ts';
import { measureMatch } from './gallery/measure-match.ts';
import { measureScale, scaleTargets } from './gallery/measure-scale.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';

/**
 * Matching needs no database. Loading, the lag and the scale are measured on the one that `openBenchDatabase` finds or starts; `--load 0`
 * and `--scale 0` leave them out. `--scale`: persons, with ten faces and fifty changes each.
 */
export const gallery: Bench = async (args, { env, print, warn, signal }) => {
  const {
    json,
    sizes,
    load,
    changes,
    scale: persons,
  } = readOptions(args, {
    sizes: z.string().default('1000,10000,100000'),
    load: wholeNumber(0, 100_000_000).default(100_000),
    changes: wholeNumber(1, 1_000_000).default(100),
    scale: wholeNumber(0, 1_000_000).default(10_000),
  });
  const match = sizes
    .split(',')
    .filter(Boolean)
    .map((size) => {
      warn(`matching in ${size} faces`);
      return measureMatch(Number(size));
    });
  const stored = load > 0 ? await measureStored(load) : null;
  const scale = persons > 0 ? await measureLarge(persons) : null;

  async function measureStored(faces: number) {
    const database = await openBenchDatabase(env);
    try {
      warn(`until changes are known, on ${database.kind}`);
      const lag = await measureLag(database.storage, { workers: 4, changes }, signal);
      warn(`loading ${faces} faces from ${database.kind}`);
      return { database: database.kind, lag, load: await measureLoad(database.storage, faces, signal) };
    } finally {
      await database.stop();
    }
  }

  async function measureLarge(persons: number) {
    const database = await openBenchDatabase(env);
    try {
      const options = { persons, faces: 10 * persons, changes: 50 * persons };
      warn(`${persons} persons, ${options.faces} faces and ${options.changes} changes on ${database.kind}`);
      return { database: database.kind, ...(await measureScale(database.storage, options, signal)) };
    } finally {
      await database.stop();
    }
  }

  const report = { match, stored, scale };
  if (json) print(JSON.stringify(report));
  else for (const line of lines(report)) print(line);
  return 0;
};

type Scale = { database: string } & Awaited<ReturnType<typeof measureScale>>;
type Stored = { database: string; lag: Awaited<ReturnType<typeof measureLag>>; load: Awaited<ReturnType<typeof measureLoad>> };

function lines({
  match,
  stored,
  scale,
}: {
  match: ReturnType<typeof measureMatch>[];
  stored: Stored | null;
  scale: Scale | null;
}): string[] {
  const rows = match.map(({ faces, p50Ms, p99Ms, recallAt1, indexBytes, addSeconds }) => [
    faces,
    p50Ms,
    p99Ms,
    recallAt1,
    Math.round(indexBytes / 1e6),
    addSeconds,
  ]);
  const table = toTable([['faces', 'p50 ms', 'p99 ms', 'recall@1', 'index MB', 'build s'], ...rows]);
  return [...table, ...(stored ? storedLines(stored) : []), ...(scale ? scaleLines(scale) : [])];
}

function storedLines({ database, lag, load }: Stored): string[] {
  return [
    `${database}: ${load.faces} faces written in ${load.fillSeconds} s, loaded in ${load.loadSeconds} s`,
    ...Object.entries(lag).map(
      ([how, { workers, changes, p50Ms, p99Ms, maxMs }]) =>
        `${changes} changes (${how}) until known by ${workers} workers: p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms`,
    ),
  ];
}

function scaleLines(scale: Scale): string[] {
  const { database, persons, faces, changes, fillSeconds, start, housekeeping, recognise } = scale;
  const { startSeconds, housekeepingCpuSeconds, longestBlockMs } = scaleTargets;
  const steps = [
    'start',
    'housekeeping',
    'recognise',
    'people',
    'census',
    'adoption',
    'merge',
    'undo',
    'history',
    'historyOfActor',
    'entryById',
    'sightingsOfPerson',
  ] as const;
  return [
    `${database}: ${persons} persons, ${faces} faces, ${changes} changes, written in ${fillSeconds} s`,
    `ready after ${rounded(start.ms / 1_000, 1)} s (target ${startSeconds}), ${start.cpuSeconds} s of CPU`,
    `${housekeeping.rounds} rounds of housekeeping: ${housekeeping.cpuSeconds} s of CPU (target ${housekeepingCpuSeconds}), ${housekeeping.comparedFaces} faces compared`,
    `${recognise.faces} faces recognised, ${rounded(recognise.ms / recognise.faces, 1)} ms each`,
    ...toTable([
      ['step', 'ms', `longest block, CPU ms (target ${longestBlockMs})`, 'by the clock'],
      ...steps.map((step) => [step, scale[step].ms, scale[step].longestBlockMs, scale[step].longestDelayMs]),
    ]),
  ];
}
