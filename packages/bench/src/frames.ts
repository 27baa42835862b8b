import type { SampleFrame } from '@watchpost/see/throughput/sample-frame';
import { readFile } from 'node:fs/promises';
import { look } from '@watchpost/see/look';
import { rounded, type BenchIo } from './gallery/bench-io.ts';
import { fewFaces } from './seeing/labelled-frames.ts';
import { openHumanLibrary, type HumanLibrary } from './seeing/human-library.ts';
import { timeOldService, type OldServiceTimes } from './seeing/old-service.ts';
import { openBenchVision } from './seeing/open-bench-vision.ts';
import { readOptions, toTable } from './seeing/options.ts';
import { timeInTurn } from './seeing/timing.ts';
import type { Vision } from '@watchpost/see/look';

export const usage =
  'frames [--json] [--data DIR]   from bytes to faces, frames of 1080p and 4K with at most three faces, beside Human and the old service';

const sizes = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
];
const rounds = 5;

interface FrameResult extends Omit<SampleFrame, 'file'> {
  frames: number;
  faces: number;
  ms: number;
  humanMs: number;
  humanFaces: number;
  old: OldServiceTimes | undefined;
}

/** Means over the frames of a size, of medians over the rounds. The old service's stack is timed where Python has it. */
export async function run(args: string[], { env, print, warn }: BenchIo): Promise<number> {
  const { json, data } = readOptions(args);
  const frames = await fewFaces(data, sizes);
  const vision = await openBenchVision(env, 'onnx');
  const human = await openHumanLibrary();
  const results: FrameResult[] = [];
  for (const size of sizes) {
    const ofSize = frames.filter(({ width }) => width === size.width).slice(0, 4);
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
}

interface FrameTimes {
  faces: number;
  ms: number;
  humanMs: number;
  humanFaces: number;
  old: OldServiceTimes | undefined;
}

async function timeFrame(file: string, vision: Vision, human: HumanLibrary, env: BenchIo['env']): Promise<FrameTimes> {
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
