import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { contradictions, tooBusy } from './capacity/doubts.ts';
import { measureQueue } from './capacity/measure-queue.ts';
import { measureSeeing } from './capacity/measure-seeing.ts';
import { between, toMarkdown, type Capacity } from './capacity/report.ts';
import { measureMatch } from './gallery/measure-match.ts';

/**
 * What this machine carries, as the tables of docs/capacity.md. `--write FILE` puts them between the marks of that file. `--seconds`: for each
 * size of picture; `--events`: for each queue; `--sizes`: of galleries; `--note`: what else is to be known. Some minutes; nothing else may run:
 * figures of a busy machine, or that contradict each other, are not written, and the exit code is 1.
 */
export const capacity: Bench = async (args, { env, print, warn, signal }) => {
  const options = readOptions(args, {
    seconds: wholeNumber(1, 600).default(6),
    sizes: z.string().default('1000,10000,100000'),
    events: wholeNumber(100, 1_000_000).default(6_000),
    note: z.string().default(''),
    write: z.string().optional(),
  });
  const document = options.write === undefined ? null : await readFile(options.write, 'utf8');
  if (document !== null && between(document, []) === null)
    throw new AppError('usage-invalid', `${String(options.write)} has no place for the tables: see docs/capacity.md`);
  const busy = tooBusy(loadavg()[0] ?? 0, availableParallelism());
  if (busy !== null) {
    warn(busy);
    if (document !== null) return 1;
  }
  const seeing = await measureSeeing(env, options.seconds * 1_000, warn, signal);
  const queues: Capacity['queues'] = [];
  for (const queue of ['Redis', 'PostgreSQL'] as const) {
    warn(`events and jobs on ${queue}`);
    queues.push(await measureQueue(queue, options.events, signal));
  }
  const match = options.sizes.split(',').map((size) => {
    warn(`matching in ${size} faces`);
    return measureMatch(Number(size));
  });
  const report: Capacity = { date: new Date().toISOString().slice(0, 10), machine: machine(), note: options.note, seeing, queues, match };
  if (options.json) print(JSON.stringify(report));
  else for (const line of toMarkdown(report)) print(line);
  const doubts = contradictions(report);
  for (const doubt of doubts) warn(`this cannot be: ${doubt}`);
  if (doubts.length > 0) return 1;
  const written = document === null ? null : between(document, toMarkdown(report));
  if (options.write !== undefined && written !== null) await writeFile(options.write, written);
  return 0;
};

const machine = (): Capacity['machine'] => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 1e9),
  system: `${type()} ${release().replace(/[-+].*$/, '')}`,
  node: process.versions.node,
});
