import { availableParallelism } from 'node:os';
import type { Env } from '@watchpost/shared/config/parse-env';
import { measureSizes, type SizeFigures } from '@watchpost/see/throughput/measure-sizes';
import { runThroughput } from '@watchpost/see/throughput/run-throughput';
import { makeSampleFrame } from '@watchpost/see/throughput/sample-frame';

export interface Seeing {
  /** With one thread. */
  sizes: SizeFigures[];
  /** 1080p with three faces, with so many threads in one worker. */
  threads: number;
  allThreads: number;
  allThreadsMb: number;
}

const usual = { width: 1_920, height: 1_080, faces: 3 };
/** Threads in one process share its event loop and its crashes: `watchpost bench` runs no more in one. */
const mostThreads = 8;

/** Pictures a second of the engine as workers run it, each looked at in full. */
export async function measureSeeing(env: Env, forMs: number, warn: (line: string) => void, signal: AbortSignal): Promise<Seeing> {
  const sizes = await measureSizes(env, forMs, warn, signal);
  const threads = Math.min(availableParallelism(), mostThreads);
  warn(`analysing 1080p with ${String(threads)} threads`);
  const { file } = await makeSampleFrame(usual, usual.faces);
  const all = await runThroughput(env, threads, [file], forMs, signal);
  return { sizes, threads, allThreads: all.framesPerSecond, allThreadsMb: all.rssMb };
}

/** Of 1080p with three faces, one thread. */
export const usualSize = ({ sizes }: Seeing): SizeFigures | undefined =>
  sizes.find(({ width, faces }) => width === usual.width && faces === usual.faces);
