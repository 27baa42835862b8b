import { cpus } from 'node:os';
import { contactSheetFile, contactSheetGrid } from '@watchpost/see/files/human-package';
import type { Raster } from '@watchpost/see/picture/raster';
import sharp from 'sharp';
import { readOptions, type Bench } from './bench.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';
import { openBenchVision, type BenchVision } from './seeing/open-bench-vision.ts';
import { timeInTurn, type Timed } from './seeing/time-in-turn.ts';

type Models = BenchVision['models'];

const rounds = 15;

/** Times each model on both engines in the same rounds, on a square of the contact sheet with the size of the model's input. */
export const inference: Bench = async (args, { env, print }) => {
  const { json } = readOptions(args, {});
  const onnx = (await openBenchVision(env, 'onnx')).models;
  const human = (await openBenchVision(env, 'human')).models;
  const models: { model: string; side: number; call: (models: Models, picture: Raster) => Promise<unknown> }[] = [
    { model: 'blazeface', side: 256, call: (on, picture) => on.detect(picture) },
    { model: 'facemesh', side: 192, call: (on, picture) => on.mesh(picture) },
    { model: 'faceres', side: 224, call: (on, picture) => on.embed(picture) },
  ];
  const results: { model: string; side: number; onnxMs: number; humanMs: number; ratio: number }[] = [];
  for (const { model, side, call } of models) {
    const picture = await squareOfFaces(side);
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
};

/** A square of the contact sheet. */
async function squareOfFaces(side: number): Promise<Raster> {
  const { data } = await sharp(contactSheetFile)
    .extract({ left: 0, top: Math.floor(contactSheetGrid.top), width: side, height: side })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: side, height: side, channels: 3 };
}
