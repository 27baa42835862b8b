import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { seeEnv } from '../see/config.ts';
import { rounded, type BenchIo } from './gallery/bench-io.ts';
import { fewFaces } from './seeing/bench-frames.ts';
import { measureThroughput, type Throughput } from './seeing/measure-throughput.ts';
import { readOptions, toTable } from './seeing/options.ts';

export const usage =
  'threads [--json] [--data DIR]   1080p frames a second at one thread up to one a core, memory, and how free the event loop stays';

const forMs = 8_000;

export async function run(args: string[], { env, print, warn, signal }: BenchIo): Promise<number> {
  const { json, data } = readOptions(args);
  const frames = await fewFaces(data, [{ width: 1920, height: 1080 }]);
  const pictures = await Promise.all(frames.map(({ file }) => readFile(file)));
  const config = parseEnv(env, seeEnv);
  const results: (Throughput & { speedup: number })[] = [];
  for (let threads = 1; threads <= availableParallelism(); threads *= 2) {
    warn(`${threads} threads`);
    const measured = await measureThroughput(config, threads, pictures, forMs, signal);
    results.push({ ...measured, speedup: rounded(measured.framesPerSecond / (results[0]?.framesPerSecond ?? measured.framesPerSecond)) });
  }
  if (json) print(JSON.stringify(results));
  else {
    const rows = results.map(({ threads, framesPerSecond, speedup, rssMb, lateMs }) => [threads, framesPerSecond, speedup, rssMb, lateMs]);
    for (const line of toTable([['threads', 'frames/s', 'speed-up', 'memory MB', 'event loop late ms'], ...rows])) print(line);
  }
  return 0;
}
