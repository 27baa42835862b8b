import { cpus } from 'node:os';
import sharp from 'sharp';
import { humanFile } from '@watchpost/see/models/human-package';
import type { FaceModels } from '@watchpost/see/models/face-models';
import type { Raster } from '@watchpost/see/picture/raster';
import { rounded, type BenchIo } from './gallery/bench-io.ts';
import { openBenchVision } from './seeing/open-bench-vision.ts';
import { readOptions, toTable } from './seeing/options.ts';
import { timeInTurn, type Timed } from './seeing/timing.ts';

export const usage = 'inference [--json]   one inference of each model, on ONNX Runtime and as Human runs it';

const rounds = 15;

/** Times each model on both engines in the same rounds, on a part of the contact sheet as large as the model wants it. */
export async function run(args: string[], { env, print }: BenchIo): Promise<number> {
  const { json } = readOptions(args);
  const onnx = (await openBenchVision(env, 'onnx')).models;
  const human = (await openBenchVision(env, 'human')).models;
  const models: { model: string; side: number; call: (models: FaceModels, picture: Raster) => Promise<unknown> }[] = [
    { model: 'blazeface', side: 256, call: (on, picture) => on.detect(picture) },
    { model: 'facemesh', side: 192, call: (on, picture) => on.mesh(picture) },
    { model: 'faceres', side: 224, call: (on, picture) => on.embed(picture) },
  ];
  const results: { model: string; side: number; onnxMs: number; humanMs: number; ratio: number }[] = [];
  for (const { model, side, call } of models) {
    const picture = await part(side);
    const subjects: Timed[] = [
      { name: 'onnx', run: () => call(onnx, picture) },
      { name: 'human', run: () => call(human, picture) },
    ];
    const { onnx: onnxMs = 0, human: humanMs = 0 } = await timeInTurn(subjects, rounds);
    results.push({ model, side, onnxMs, humanMs, ratio: rounded(onnxMs / humanMs) });
  }
  const report = { cpu: cpus()[0]?.model ?? 'unknown', human: human.name, models: results };
  if (json) print(JSON.stringify(report));
  else {
    const rows = results.map(({ model, side, onnxMs, humanMs, ratio }) => [model, side, onnxMs, humanMs, ratio]);
    for (const line of toTable([['model', 'side', 'onnx ms', `${human.name} ms`, 'ratio'], ...rows])) print(line);
  }
  return 0;
}

/** A square of the contact sheet's faces. */
async function part(side: number): Promise<Raster> {
  const { data } = await sharp(humanFile('assets', 'screenshot-facematch.jpg'))
    .extract({ left: 0, top: 282, width: side, height: side })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: side, height: side, channels: 3 };
}
