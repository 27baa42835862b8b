import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { openBenchDatabase } from './gallery/bench-database.ts';
import { measureLag } from './gallery/measure-lag.ts';
import { measureLoad } from './gallery/measure-load.ts';
import { measureMatch } from './gallery/measure-match.ts';
import { toTable } from './report/table.ts';

/**
 * Matching needs no database. Loading and the lag are measured on the one that `openBenchDatabase` finds or starts; `--load 0` leaves
 * them out.
 */
export const gallery: Bench = async (args, { env, print, warn, signal }) => {
  const { json, sizes, load, changes } = readOptions(args, {
    sizes: z.string().default('1000,10000,100000'),
    load: wholeNumber(0, 100_000_000).default(100_000),
    changes: wholeNumber(1, 1_000_000).default(100),
  });
  const match = sizes
    .split(',')
    .filter(Boolean)
    .map((size) => {
      warn(`matching in ${size} faces`);
      return measureMatch(Number(size));
    });
  const stored = load > 0 ? await measureStored(load) : null;

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

  const report = { match, stored };
  if (json) print(JSON.stringify(report));
  else for (const line of lines(report)) print(line);
  return 0;
};

type Stored = { database: string; lag: Awaited<ReturnType<typeof measureLag>>; load: Awaited<ReturnType<typeof measureLoad>> };

function lines({ match, stored }: { match: ReturnType<typeof measureMatch>[]; stored: Stored | null }): string[] {
  const rows = match.map(({ faces, p50Ms, p99Ms, recallAt1, indexBytes, addSeconds }) => [
    faces,
    p50Ms,
    p99Ms,
    recallAt1,
    Math.round(indexBytes / 1e6),
    addSeconds,
  ]);
  const table = toTable([['faces', 'p50 ms', 'p99 ms', 'recall@1', 'index MB', 'build s'], ...rows]);
  if (!stored) return table;
  const { database, lag, load } = stored;
  return [
    ...table,
    `${database}: ${load.faces} faces written in ${load.fillSeconds} s, loaded in ${load.loadSeconds} s`,
    ...Object.entries(lag).map(
      ([how, { workers, changes, p50Ms, p99Ms, maxMs }]) =>
        `${changes} changes (${how}) until known by ${workers} workers: p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms`,
    ),
  ];
}
