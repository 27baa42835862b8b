import type { Env } from '@watchpost/shared/config/parse-env';
import { runThroughput } from './run-throughput.ts';
import { makeSampleFrame } from './sample-frame.ts';

/** How many pictures of one size, with so many faces of 40 pixels, one inference thread looks at. */
export interface SizeFigures {
  width: number;
  height: number;
  faces: number;
  framesPerSecond: number;
  /** The largest resident set of the process, MB. */
  rssMb: number;
}

const sizes = [
  { width: 1_280, height: 720 },
  { width: 1_920, height: 1_080 },
  { width: 3_840, height: 2_160 },
];
const faceCounts = [0, 1, 3, 8];

/** Measures usual sizes with no face and with several, for `forMs` milliseconds each, with one thread. `warn` is told what is being measured. */
export async function measureSizes(env: Env, forMs: number, warn: (line: string) => void, signal: AbortSignal): Promise<SizeFigures[]> {
  const figures: SizeFigures[] = [];
  for (const size of sizes) {
    for (const faces of faceCounts) {
      warn(`analysing ${size.width} x ${size.height} with ${faces} faces`);
      const { file } = await makeSampleFrame(size, faces);
      const { framesPerSecond, rssMb } = await runThroughput(env, 1, [file], forMs, signal);
      figures.push({ ...size, faces, framesPerSecond, rssMb });
    }
  }
  return figures;
}

/** Rows of a table: a size each, frames a second by the number of faces. Pure. */
export function sizeTable(figures: readonly SizeFigures[]): string[][] {
  const named = ({ width, height }: SizeFigures): string => `${width} x ${height}`;
  const counts = [...new Set(figures.map(({ faces }) => faces))];
  const header = ['frame', ...counts.map((count) => (count === 0 ? 'no face' : count === 1 ? '1 face' : `${count} faces`))];
  const rows = [...new Set(figures.map(named))].map((size) => [
    size,
    ...counts.map((count) => figures.find((each) => named(each) === size && each.faces === count)?.framesPerSecond.toFixed(2) ?? ''),
  ]);
  return [header, ...rows];
}
