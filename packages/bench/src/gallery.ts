import { parseArgs } from 'node:util';
import { openBenchDatabase } from './gallery/bench-database.ts';
import type { BenchIo } from './gallery/bench-io.ts';
import { measureLag } from './gallery/measure-lag.ts';
import { measureLoad } from './gallery/measure-load.ts';
import { measureMatch } from './gallery/measure-match.ts';

export const usage =
  'gallery [--sizes 1000,10000,100000] [--load 100000] [--changes 100] [--json]   times of matching, of loading, and until changes are known';

/**
 * Matching needs no database. Loading and the lag are measured on the one that `openBenchDatabase` finds or starts; `--load 0` leaves
 * them out.
 */
export async function run(args: string[], { env, print, warn, signal }: BenchIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '1000,10000,100000' },
      load: { type: 'string', default: '100000' },
      changes: { type: 'string', default: '100' },
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  });
  const match = values.sizes
    .split(',')
    .filter(Boolean)
    .map((size) => {
      warn(`matching in ${size} faces`);
      return measureMatch(Number(size));
    });
  const stored = Number(values.load) > 0 ? await measureStored(Number(values.load), Number(values.changes)) : null;

  async function measureStored(faces: number, changes: number) {
    const database = await openBenchDatabase(env, signal);
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
  if (values.json) print(JSON.stringify(report));
  else for (const line of toTable(report)) print(line);
  return 0;
}

type Stored = { database: string; lag: Awaited<ReturnType<typeof measureLag>>; load: Awaited<ReturnType<typeof measureLoad>> };

function toTable({ match, stored }: { match: ReturnType<typeof measureMatch>[]; stored: Stored | null }): string[] {
  const lines = ['   faces  p50 ms  p99 ms  recall@1  index MB  build s'];
  for (const { faces, p50Ms, p99Ms, recallAt1, indexBytes, addSeconds } of match) {
    const cells = [faces, p50Ms, p99Ms, recallAt1, Math.round(indexBytes / 1e6), addSeconds];
    lines.push(cells.map((cell, column) => String(cell).padStart([8, 6, 6, 8, 8, 7][column] ?? 8)).join('  '));
  }
  if (!stored) return lines;
  const { database, lag, load } = stored;
  return [
    ...lines,
    `${database}: ${load.faces} faces written in ${load.fillSeconds} s, loaded in ${load.loadSeconds} s`,
    ...Object.entries(lag).map(
      ([how, { workers, changes, p50Ms, p99Ms, maxMs }]) =>
        `${changes} changes (${how}) until known by ${workers} workers: p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms`,
    ),
  ];
}
