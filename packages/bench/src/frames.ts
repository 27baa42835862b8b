import { readFile } from 'node:fs/promises';
import { look } from '@watchpost/see/look';
import { readOptions, type Bench, type BenchIo } from './bench.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';
import { openHumanLibrary, type HumanLibrary } from './seeing/human-library.ts';
import { framesWithFewFaces } from './seeing/labelled-frames.ts';
import { timeOldService, type OldServiceTimes } from './seeing/old-service-times.ts';
import { openBenchVision, type BenchVision } from './seeing/open-bench-vision.ts';
import { timeInTurn } from './seeing/time-in-turn.ts';

const sizes = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
];
const rounds = 5;

/** A frame's medians over the rounds, or the means of these over several frames. */
interface FrameTimes {
  faces: number;
  ms: number;
  humanMs: number;
  humanFaces: number;
  old: OldServiceTimes | undefined;
}

interface SizeResult extends FrameTimes {
  width: number;
  height: number;
  frames: number;
}

/** Times `look`, Human, and the old service's stack if Python has it, on the same frames. */
export const frames: Bench = async (args, { env, print, warn }) => {
  const { json, data } = readOptions(args, {});
  const files = await framesWithFewFaces(data, sizes);
  const vision = await openBenchVision(env, 'onnx');
  const human = await openHumanLibrary();
  const results: SizeResult[] = [];
  for (const size of sizes) {
    const ofSize = files.filter(({ width }) => width === size.width).slice(0, 4);
    warn(`${size.width} x ${size.height}: ${ofSize.length} frames`);
    const each = [];
    for (const { file } of ofSize) each.push(await timeFrame(file, vision, human, env));
    results.push({ ...size, frames: each.length, ...means(each), old: oldMeans(each.flatMap(({ old }) => old ?? [])) });
  }
  human.close();
  if (json) print(JSON.stringify(results));
  else {
    const rows = results.map(({ width, height, frames: count, faces, ms, humanMs, humanFaces, old }) => [
      `${width} x ${height}`,
      count,
      faces,
      ms,
      humanFaces,
      humanMs,
      old?.faces ?? '-',
      old?.totalMs ?? '-',
      old ? rounded(ms / old.totalMs) : '-',
    ]);
    const head = [
      'frame',
      'frames',
      'faces',
      'ms',
      "Human's faces",
      "Human's ms",
      "old service's faces",
      "old service's ms",
      'ratio to it',
    ];
    for (const line of toTable([head, ...rows])) print(line);
  }
  return 0;
};

async function timeFrame(file: string, vision: BenchVision, human: HumanLibrary, env: BenchIo['env']): Promise<FrameTimes> {
  const bytes = await readFile(file);
  let [faces, humanFaces] = [0, 0];
  const { ours = 0, human: humanMs = 0 } = await timeInTurn(
    [
      { name: 'ours', run: async () => (faces = (await look(vision, bytes)).faces.length) },
      { name: 'human', run: async () => (humanFaces = (await human.detect(bytes)).length) },
    ],
    rounds,
  );
  return { faces, ms: ours, humanMs, humanFaces, old: await timeOldService(env, file) };
}

const mean = (values: number[]): number => rounded(values.reduce((sum, value) => sum + value, 0) / values.length);

function means(each: FrameTimes[]): Omit<FrameTimes, 'old'> {
  return {
    faces: mean(each.map(({ faces }) => faces)),
    ms: mean(each.map(({ ms }) => ms)),
    humanMs: mean(each.map(({ humanMs }) => humanMs)),
    humanFaces: mean(each.map(({ humanFaces }) => humanFaces)),
  };
}

function oldMeans(each: OldServiceTimes[]): OldServiceTimes | undefined {
  if (each.length === 0) return undefined;
  return {
    detectMs: mean(each.map(({ detectMs }) => detectMs)),
    embedMsPerFace: mean(each.map(({ embedMsPerFace }) => embedMsPerFace)),
    totalMs: mean(each.map(({ totalMs }) => totalMs)),
    faces: mean(each.map(({ faces }) => faces)),
  };
}
