import { rm } from 'node:fs/promises';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { throwIfAborted } from '@watchpost/shared/wait';
import { startPostgres } from '@watchpost/standalone/processes/postgres/postgres-server';
import { readOptions, type Bench, type BenchIo } from './bench.ts';
import { measureSize, type DatabaseSize } from './growth/measure-size.ts';
import { simulateClock } from './growth/simulated-clock.ts';
import { syntheticDecision } from './gallery/synthetic-calibration.ts';
import { takePictures } from './growth/take-pictures.ts';
import { toTable } from './report/table.ts';
import { makeFolder } from './servers/server.ts';

/**
 * The embedded PostgreSQL's own settings, except: nothing waits for the disk, which changes no size; and its cleaning runs each second
 * instead of each minute. A simulated day takes some seconds, so it still cleans a hundred times less often a day than in reality.
 */
const settings = { fsync: 'off', autovacuum_naptime: '1s' };
const hourMs = 3_600_000;
const picturesADay = 86_400;
/** Their retention is longer than a month: they grow by what is new, one stranger in 200 pictures. */
const keptLonger = new Set(['persons', 'faces', 'face_crops', 'audit', 'last_seen', 'pairs'].map((name) => `watchpost.${name}`));
/** BullMQ keeps the last 10,000 events of a queue, at any rate. */
const fixed = new Set(['bullmq.event']);
/** PostgreSQL's `max_wal_size` is what it aims at; a checkpoint takes a while. */
const maxLogBytes = 400e6;
const lastDays = 5;
const limitPerDay = 0.02;

interface Day {
  day: number;
  size: DatabaseSize;
}

interface Report {
  perDay: Day[];
  /** Of what has a retention of a month or less, over the last five days. A share per day. */
  growthPerDay: number;
  bounded: boolean;
  /** What it would be at one picture a second after these days. Bytes. */
  atOneASecond: { bytes: number; walWrittenPerDay: number; keptLongerPerDay: number };
}

/**
 * A month at one picture a second on the embedded PostgreSQL, queue, gallery and records, with retention at its defaults: simulated days,
 * at a rate reduced `--reduced` times. Prints the sizes a day. Exit code 1 if they still grow at the end.
 */
export const growth: Bench = async (args, io) => {
  const options = readOptions(args, {
    days: wholeNumber(7, 400).default(40),
    reduced: wholeNumber(1, 3_600).default(240),
  });
  const perDay = await simulate(options.days, options.reduced, io);
  const report = evaluate(perDay, options.reduced);
  for (const line of options.json ? [JSON.stringify(report)] : table(report, options.reduced)) io.print(line);
  return report.bounded ? 0 : 1;
};

async function simulate(days: number, reduced: number, { signal, warn }: BenchIo): Promise<Day[]> {
  const dataDir = await makeFolder();
  const log = createLogger('bench', 'fatal');
  const server = await startPostgres({ dataDir, log, settings, removeWhenOrphaned: dataDir }, signal);
  const storage = { POSTGRES_URL: server.url };
  try {
    const clock = await simulateClock(server.url);
    const opened = await openGallery(
      storage,
      { log, metrics: createMetrics({ processMetrics: false }), settings: { decision: syntheticDecision } },
      signal,
    );
    opened.start();
    await opened.gallery.ready(signal);
    const pictures = takePictures(storage, opened, signal);
    const perDay: Day[] = [{ day: 0, size: await measureSize(server.url) }];
    for (let day = 1; day <= days; day += 1) {
      for (let hour = 0; hour < 24; hour += 1) {
        throwIfAborted(signal);
        const soFar = (at: number): number => Math.floor((picturesADay * at) / 24 / reduced);
        await pictures.take(soFar(hour + 1) - soFar(hour));
        await clock.advance(hourMs);
        await opened.housekeeping.round(signal);
      }
      const size = await measureSize(server.url);
      perDay.push({ day, size });
      warn(`day ${String(day)}: ${megabytes(size.bytes)} MB, log ${megabytes(size.walBytes)} MB`);
    }
    await pictures.stop();
    await opened.gallery.close();
    await clock.stop();
    return perDay;
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function evaluate(perDay: Day[], reduced: number): Report {
  const [empty, before, last] = [sizeAt(perDay, 0), sizeAt(perDay, -1 - lastDays), sizeAt(perDay, -1)];
  const expiring = (size: DatabaseSize): number => sum(size, (table) => !keptLonger.has(table));
  const longer = (size: DatabaseSize): number => sum(size, (table) => keptLonger.has(table));
  const growthPerDay = (expiring(last) / expiring(before) - 1) / lastDays;
  const scaled = (size: DatabaseSize): number => sum(size, (table) => !keptLonger.has(table) && !fixed.has(table));
  const keptLongerPerDay = ((longer(last) - longer(before)) / lastDays) * reduced;
  return {
    perDay,
    growthPerDay,
    bounded: growthPerDay <= limitPerDay && Math.max(...perDay.map(({ size }) => size.walBytes)) <= maxLogBytes,
    atOneASecond: {
      bytes: last.bytes + (scaled(last) - scaled(empty)) * (reduced - 1) + keptLongerPerDay * (perDay.length - 1),
      walWrittenPerDay: ((last.walWrittenBytes - before.walWrittenBytes) / lastDays) * reduced,
      keptLongerPerDay,
    },
  };
}

/** `index` as in `at`. */
function sizeAt(perDay: readonly Day[], index: number): DatabaseSize {
  const found = perDay.at(index);
  if (!found) throw new AppError('internal', 'there are too few days');
  return found.size;
}

const sum = ({ tables }: DatabaseSize, which: (table: string) => boolean): number =>
  tables.reduce((total, { table, bytes }) => total + (which(table) ? bytes : 0), 0);

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function table({ perDay, growthPerDay, bounded, atOneASecond }: Report, reduced: number): string[] {
  const names = sizeAt(perDay, -1).tables.map(({ table: name }) => name);
  const used = names.filter((name) => perDay.some(({ size }) => size.tables.some(({ table: each, live }) => each === name && live > 0)));
  const cell = ({ tables }: DatabaseSize, name: string): string => {
    const { live = 0, dead = 0, bytes = 0 } = tables.find(({ table: each }) => each === name) ?? {};
    return `${megabytes(bytes)} (${String(live)}/${String(dead)})`;
  };
  const rows = perDay.map(({ day, size }) => [
    day,
    megabytes(size.bytes),
    megabytes(size.walBytes),
    ...used.map((name) => cell(size, name)),
  ]);
  const { bytes, walWrittenPerDay, keptLongerPerDay } = atOneASecond;
  return [
    `one picture a second, reduced ${String(reduced)} times; MB (rows/dead rows)`,
    ...toTable([['day', 'all', 'log', ...used], ...rows]),
    `the last ${String(lastDays)} days: ${(growthPerDay * 100).toFixed(2)} % a day: ${bounded ? 'bounded' : 'NOT BOUNDED'}`,
    `at one picture a second, after ${String(perDay.length - 1)} days: ${(bytes / 1e9).toFixed(1)} GB`,
    `  ${(keptLongerPerDay / 1e6).toFixed(1)} MB a day of new strangers and the audit, which are kept longer`,
    `  ${(walWrittenPerDay / 1e9).toFixed(1)} GB a day written to the log, which is kept only until the next checkpoint`,
  ];
}
