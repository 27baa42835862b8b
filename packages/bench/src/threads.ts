import { availableParallelism } from 'node:os';
import { rounded, type BenchIo } from './gallery/bench-io.ts';
import { fewFaces } from './seeing/labelled-frames.ts';
import { readOptions, toTable } from './seeing/options.ts';
import { runThroughput, type MeasuredThroughput } from '@watchpost/see/throughput/run-throughput';

export const usage =
  'threads [--json] [--data DIR]   1080p frames a second at one thread up to one a core, memory, and how free the event loop stays';

const forMs = 8_000;

export async function run(args: string[], { env, print, warn, signal }: BenchIo): Promise<number> {
  const { json, data } = readOptions(args);
  const frames = await fewFaces(data, [{ width: 1920, height: 1080 }]);
  const files = frames.map(({ file }) => file);
  const results: (MeasuredThroughput & { speedup: number })[] = [];
  for (let threads = 1; threads <= availableParallelism(); threads *= 2) {
    warn(`${threads} threads`);
    const measured = await runThroughput(env, threads, files, forMs, signal);
    results.push({ ...measured, speedup: rounded(measured.framesPerSecond / (results[0]?.framesPerSecond ?? measured.framesPerSecond)) });
  }
  if (json) print(JSON.stringify(results));
  else {
    const rows = results.map(({ threads, framesPerSecond, speedup, rssMb, lateMs }) => [threads, framesPerSecond, speedup, rssMb, lateMs]);
    for (const line of toTable([['threads', 'frames/s', 'speed-up', 'memory MB', 'event loop late ms'], ...rows])) print(line);
  }
  return 0;
}
