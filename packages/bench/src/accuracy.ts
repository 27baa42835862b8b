import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { BenchIo } from './gallery/bench-io.ts';
import { drawCurves } from './seeing/draw-curves.ts';
import { openHumanLibrary } from './seeing/human-library.ts';
import { measureLabelled, type LabelledResult } from './seeing/measure-labelled.ts';
import { measureRecognition, type SheetResult, type SizeResult } from './seeing/measure-recognition.ts';
import { openBenchVision } from './seeing/open-bench-vision.ts';
import { toTable } from './seeing/options.ts';

export const usage =
  'accuracy [--json] [--data DIR] [--curves FILE.png]   who is recognised, who is found; with labelled pictures also recall, false alarms and pairs';

export async function run(args: string[], { env, print, warn }: BenchIo): Promise<number> {
  const options = { json: { type: 'boolean', default: false }, data: { type: 'string' }, curves: { type: 'string' } } as const;
  const { values } = parseArgs({ args, options });
  const vision = await openBenchVision(env, 'onnx');
  const human = await openHumanLibrary();
  warn('contact sheet');
  const recognition = await measureRecognition(vision, human);
  const labelled = values.data === undefined ? undefined : await measureLabelled(values.data, vision, human, warn);
  human.close();
  if (values.curves !== undefined) await writeFile(values.curves, await drawCurves(recognition.sizes));
  if (values.json) print(JSON.stringify({ ...recognition, labelled }));
  else
    for (const line of [...sheetTable(recognition), '', ...sizeTable(recognition.sizes), ...(labelled ? labelledTables(labelled) : [])])
      print(line);
  return 0;
}

function sheetTable({ sheet, human }: { sheet: SheetResult; human: SheetResult }): string[] {
  const row = (name: string, { acceptedAtNoFalseAccept, auc, comparisons }: SheetResult) => [
    name,
    acceptedAtNoFalseAccept,
    auc,
    comparisons,
  ];
  return toTable([
    ['contact sheet, one man against strangers', 'accepted at no false accept', 'AUC', 'comparisons'],
    row('watchpost', sheet),
    row('Human', human),
  ]);
}

function sizeTable(sizes: SizeResult[]): string[] {
  const rows = sizes.map(({ sizePx, acceptedAtOneInThousand, thresholdAtOneInThousand, strangersMost, sameLow, sameMedian }) => [
    `${sizePx} px`,
    acceptedAtOneInThousand,
    thresholdAtOneInThousand,
    strangersMost,
    sameLow,
    sameMedian,
  ]);
  return toTable([['seen at', 'accepted at 1 in 1,000', 'its threshold', 'most similar stranger', 'same, 5 %', 'same, median'], ...rows]);
}

function labelledTables({ detection, humanDetection, pairs, humanPairs }: LabelledResult): string[] {
  const rows = detection.map(({ frames, recall, falseAlarmsPerFrame, meanMs }, index) => [
    frames,
    recall,
    falseAlarmsPerFrame,
    meanMs,
    humanDetection[index]?.recall ?? '-',
    humanDetection[index]?.meanMs ?? '-',
  ]);
  const pairRow = (name: string, { acceptedAtNoFalseAccept, auc }: LabelledResult['pairs']) => [name, acceptedAtNoFalseAccept, auc];
  return [
    '',
    ...toTable([['frames', 'recall', 'false alarms a frame', 'ms', "Human's recall", "Human's ms"], ...rows]),
    '',
    ...toTable([
      ['pairs', 'accepted at no false accept', 'AUC'],
      pairRow('watchpost', pairs),
      pairRow("Human's vectors, cosine", humanPairs),
    ]),
  ];
}
