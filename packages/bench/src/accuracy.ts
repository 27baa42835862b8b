import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { toTable } from './report/table.ts';
import { drawCurves } from './seeing/draw-curves.ts';
import { openHumanLibrary } from './seeing/human-library.ts';
import { measureLabelled, type LabelledResult } from './seeing/measure-labelled.ts';
import { measureRecognition, type SheetResult, type SizeResult } from './seeing/measure-recognition.ts';
import { openBenchVision } from './seeing/open-bench-vision.ts';

/** Recognition on the contact sheet at several sizes; with `--data` also detection and pairs of labelled pictures. `--curves` draws the similarities. */
export const accuracy: Bench = async (args, { env, print, warn }) => {
  const { json, data, curves } = readOptions(args, { curves: z.string().optional() });
  const vision = await openBenchVision(env, 'onnx');
  const human = await openHumanLibrary();
  warn('contact sheet');
  const recognition = await measureRecognition(vision, human);
  const labelled = data === undefined ? undefined : await measureLabelled(data, vision, human, warn);
  human.close();
  if (curves !== undefined) await writeFile(curves, await drawCurves(recognition.sizes));
  if (json) print(JSON.stringify({ ...recognition, labelled }));
  else
    for (const line of [...sheetTable(recognition), '', ...sizeTable(recognition.sizes), ...(labelled ? labelledTables(labelled) : [])])
      print(line);
  return 0;
};

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
  return toTable([
    ['seen at', 'accepted at 1 in 1,000', 'threshold for that', 'most similar stranger', 'same person, lowest 5 %', 'same person, median'],
    ...rows,
  ]);
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
    ...toTable([['frames', 'recall', 'false alarms per frame', 'ms', "Human's recall", "Human's ms"], ...rows]),
    '',
    ...toTable([
      ['pairs', 'accepted at no false accept', 'AUC'],
      pairRow('watchpost', pairs),
      pairRow("Human's vectors, cosine", humanPairs),
    ]),
  ];
}
