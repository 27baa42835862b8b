import { lookAtScene, look } from '@watchpost/see/look';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';
import { openBenchVision, type BenchVision } from './seeing/open-bench-vision.ts';
import { readHeads } from './sequences/heads.ts';
import { addFound, emptyScore, recallOf, type Score } from './sequences/score.ts';
import { drawSequence, kinds, type DrawnFrame } from './sequences/sequences.ts';

type Scene = Awaited<ReturnType<typeof lookAtScene>>['scene'];

/** One way of looking at a sequence. */
interface Way {
  cpuMs: number;
  score: Score;
}

interface Measured {
  anew: Way;
  remembering: Way;
  frames: number;
  /** Frames with at least one face drawn. */
  withPeople: number;
  extents: { full: number; part: number; none: number };
}

const warmingFrames = 6;

/** Frames of fixed cameras, drawn: looking at each anew, and with what is remembered of the scene. Both look at each frame in turn; CPU time. */
export const sequences: Bench = async (args, { env, print, warn, signal }) => {
  const options = readOptions(args, { frames: z.coerce.number().int().min(10).default(60), seed: z.coerce.number().int().default(1) });
  const vision = await openBenchVision(env, 'onnx');
  const heads = await readHeads(options.data, vision);
  // Not counted: a worker's code is compiled long since.
  for (const kind of kinds) await measure(vision, drawSequence(kind, heads, warmingFrames, options.seed));
  const results: (Measured & { name: string })[] = [];
  for (const [index, kind] of kinds.entries()) {
    signal.throwIfAborted();
    warn(kind.name);
    results.push({ name: kind.name, ...(await measure(vision, drawSequence(kind, heads, options.frames, options.seed * 100 + index))) });
  }
  const lines = [...results, { name: 'all', ...sum(results) }].map(toLine);
  if (options.json) print(JSON.stringify(lines));
  else for (const line of toTable([head, ...lines.map((each) => Object.values(each))])) print(line);
  return 0;
};

async function measure(vision: BenchVision, frames: AsyncIterable<DrawnFrame>): Promise<Measured> {
  const result: Measured = {
    anew: { cpuMs: 0, score: emptyScore },
    remembering: { cpuMs: 0, score: emptyScore },
    frames: 0,
    withPeople: 0,
    extents: { full: 0, part: 0, none: 0 },
  };
  let scene: Scene | undefined;
  for await (const { jpeg, noses, takenAtMs } of frames) {
    const anew = async (): Promise<void> => {
      const { cpuMs, value } = await timed(() => look(vision, jpeg));
      result.anew = { cpuMs: result.anew.cpuMs + cpuMs, score: addFound(result.anew.score, noses, value.faces) };
    };
    const remembering = async (): Promise<void> => {
      const { cpuMs, value } = await timed(() => lookAtScene(vision, jpeg, takenAtMs, scene));
      scene = value.scene;
      result.extents[value.seen.extent] += 1;
      result.remembering = { cpuMs: result.remembering.cpuMs + cpuMs, score: addFound(result.remembering.score, noses, value.seen.faces) };
    };
    // Each goes first in every other frame.
    for (const way of result.frames % 2 === 0 ? [anew, remembering] : [remembering, anew]) await way();
    result.frames += 1;
    if (noses.length > 0) result.withPeople += 1;
  }
  return result;
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; cpuMs: number }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, cpuMs: (user + system) / 1_000 };
}

function sum(results: Measured[]): Measured {
  const total = (of: (each: Measured) => number): number => results.reduce((all, each) => all + of(each), 0);
  const way = (of: (each: Measured) => Way): Way => ({
    cpuMs: total((each) => of(each).cpuMs),
    score: {
      drawn: total((each) => of(each).score.drawn),
      found: total((each) => of(each).score.found),
      falseAlarms: total((each) => of(each).score.falseAlarms),
    },
  });
  return {
    anew: way(({ anew }) => anew),
    remembering: way(({ remembering }) => remembering),
    frames: total(({ frames }) => frames),
    withPeople: total(({ withPeople }) => withPeople),
    extents: {
      full: total(({ extents }) => extents.full),
      part: total(({ extents }) => extents.part),
      none: total(({ extents }) => extents.none),
    },
  };
}

const toLine = ({ name, anew, remembering, frames, withPeople, extents }: Measured & { name: string }) => ({
  sequence: name,
  anewFramesPerSecond: rounded((frames * 1_000) / anew.cpuMs, 1),
  framesPerSecond: rounded((frames * 1_000) / remembering.cpuMs, 1),
  ratio: rounded(anew.cpuMs / remembering.cpuMs, 2),
  withPeople: rounded(withPeople / frames, 2),
  faces: anew.score.drawn,
  anewRecall: rounded(recallOf(anew.score)),
  recall: rounded(recallOf(remembering.score)),
  anewFalseAlarms: anew.score.falseAlarms,
  falseAlarms: remembering.score.falseAlarms,
  full: rounded(extents.full / frames, 2),
  part: rounded(extents.part / frames, 2),
  none: rounded(extents.none / frames, 2),
});

const head = [
  'sequence',
  'frames/s anew',
  'frames/s',
  'ratio',
  'with people',
  'faces',
  'recall anew',
  'recall',
  'false alarms anew',
  'false alarms',
  'full',
  'part',
  'none',
];
