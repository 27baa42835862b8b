import { availableParallelism } from 'node:os';
import { runThroughput } from '@watchpost/see/throughput/run-throughput';
import { readOptions, type Bench } from './bench.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';
import { framesWithFewFaces } from './seeing/labelled-frames.ts';

type Measured = Awaited<ReturnType<typeof runThroughput>> & { speedup: number };

const forMs = 8_000;

/** The throughput of the engine with 1, 2, 4 ... threads up to the number of cores. */
export const threads: Bench = async (args, { env, print, warn, signal }) => {
  const { json, data } = readOptions(args, {});
  const frames = await framesWithFewFaces(data, [{ width: 1920, height: 1080 }]);
  const files = frames.map(({ file }) => file);
  const results: Measured[] = [];
  for (let count = 1; count <= availableParallelism(); count *= 2) {
    warn(`${count} threads`);
    const measured = await runThroughput(env, count, files, forMs, signal);
    results.push({ ...measured, speedup: rounded(measured.framesPerSecond / (results[0]?.framesPerSecond ?? measured.framesPerSecond)) });
  }
  if (json) print(JSON.stringify(results));
  else {
    const rows = results.map(({ threads: count, framesPerSecond, speedup, rssMb, lateMs }) => [
      count,
      framesPerSecond,
      speedup,
      rssMb,
      lateMs,
    ]);
    for (const line of toTable([['threads', 'frames/s', 'speed-up', 'memory MB', 'event loop late ms'], ...rows])) print(line);
  }
  return 0;
};
