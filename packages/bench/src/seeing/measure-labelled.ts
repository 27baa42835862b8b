import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { look } from '@watchpost/see/look';
import { z } from 'zod';
import type { HumanFace, HumanLibrary } from './human-library.ts';
import { frameList, makeLabelledFrames } from './labelled-frames.ts';
import type { BenchVision } from './open-bench-vision.ts';

const detection = z.object({ frames: z.string(), recall: z.number(), falseAlarmsPerFrame: z.number(), meanMs: z.number() });
const pairs = z.object({ auc: z.number(), acceptedAtNoFalseAccept: z.number(), missing: z.number() });

export interface LabelledResult {
  detection: z.output<typeof detection>[];
  humanDetection: z.output<typeof detection>[];
  pairs: z.output<typeof pairs>;
  humanPairs: z.output<typeof pairs>;
}

/** Recall, false alarms and pairs of watchpost and of Human, scored by the scripts that come with the labelled pictures. */
export async function measureLabelled(
  data: string,
  vision: BenchVision,
  human: HumanLibrary,
  warn: (line: string) => void,
): Promise<LabelledResult> {
  warn('making frames');
  const dir = await makeLabelledFrames(data);
  const frames = frameList.parse(JSON.parse(await readFile(join(dir, 'frames.json'), 'utf8'))).map(({ file }) => join(dir, file));
  const portraits = (await readdir(join(data, 'pairs'))).filter((name) => name.endsWith('.jpg')).map((name) => join(data, 'pairs', name));
  const byUs = async (file: string): Promise<object> => {
    const { elapsedMs, faces } = await look(vision, await readFile(file));
    return { file, elapsedMs, faces: faces.map(({ box, embedding }) => ({ box, embedding: [...embedding] })) };
  };
  const byHuman = async (file: string): Promise<object> => {
    const startedAtMs = performance.now();
    const faces = await human.detect(await readFile(file));
    return { file, elapsedMs: performance.now() - startedAtMs, faces: faces.map(asOurs) };
  };
  const score = async (script: string, argument: string, files: string[], see: (file: string) => Promise<object>): Promise<unknown[]> => {
    warn(`${script}: ${files.length} files`);
    const lines: string[] = [];
    for (const file of files) lines.push(JSON.stringify(await see(file)));
    return filter(join(data, script), argument, lines);
  };
  const list = join(data, 'pairs', 'pairs.csv');
  return {
    detection: z.array(detection).parse(await score('score-detection.mjs', dir, frames, byUs)),
    humanDetection: z.array(detection).parse(await score('score-detection.mjs', dir, frames, byHuman)),
    pairs: pairs.parse((await score('score-pairs.mjs', list, portraits, byUs))[0]),
    humanPairs: pairs.parse((await score('score-pairs.mjs', list, portraits, byHuman))[0]),
  };
}

function asOurs({ box: [x, y, width, height], embedding }: HumanFace): object {
  return { box: { x, y, width, height }, embedding };
}

/** Pipes lines through one of the folder's scripts and parses the lines of its output. */
async function filter(script: string, argument: string, lines: string[]): Promise<unknown[]> {
  const child = spawn(process.execPath, [script, argument], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${lines.join('\n')}\n`);
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return output
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
}
