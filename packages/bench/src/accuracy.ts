import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { toTable } from './report/table.ts';
import { drawCurves } from './seeing/draw-curves.ts';
import { openHumanLibrary } from './seeing/human-library.ts';
import { createCalibration } from '@watchpost/gallery/decide/calibration';
import { defaultDecisionSettings, type DecisionSettings } from '@watchpost/gallery/decide/decide';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { seeEnv } from '@watchpost/see/config';
import { readCalibration } from '@watchpost/see/models/embedding-model';
import { measureGalleries, type GalleryResult } from './seeing/measure-galleries.ts';
import { readPersonFolders, type LabelledFace } from './seeing/person-folders.ts';
import { measureLabelled, type LabelledResult } from './seeing/measure-labelled.ts';
import { measureRecognition, type SheetResult, type SizeResult } from './seeing/measure-recognition.ts';
import { openBenchVision, type BenchVision } from './seeing/open-bench-vision.ts';
import { readContactSheet, type SheetFace } from './seeing/contact-sheet.ts';
import { rounded } from './report/statistics.ts';

/**
 * Recognition on the contact sheet at several sizes; with `--data` also detection and pairs of labelled pictures. What galleries decide is
 * measured on the contact sheet's faces, with `--faces` on those of the folder. `--curves` draws the similarities.
 */
export const accuracy: Bench = async (args, { env, print, warn, signal }) => {
  const { json, data, curves, faces } = readOptions(args, { curves: z.string().optional(), faces: z.string().optional() });
  const vision = await openBenchVision(env, 'onnx');
  const human = await openHumanLibrary();
  warn('contact sheet');
  const recognition = await measureRecognition(vision, human);
  const labelled = data === undefined ? undefined : await measureLabelled(data, vision, human, warn);
  human.close();
  const persons = faces === undefined ? await sheetFaces(vision) : (await readPersonFolders(vision, faces, [], { warn, signal })).full;
  const galleries = measureGalleries(persons, await decisionsOf(env));
  if (curves !== undefined) await writeFile(curves, await drawCurves(recognition.sizes));
  if (json) print(JSON.stringify({ ...recognition, galleries, labelled }));
  else
    for (const line of [
      ...sheetTable(recognition),
      '',
      ...sizeTable(recognition.sizes),
      '',
      ...galleryTable(galleries),
      ...(labelled ? labelledTables(labelled) : []),
    ])
      print(line);
  return 0;
};

/** By the calibration of the embedding model that is measured. A custom model without one is judged by the built-in one's, as workers judge it. */
async function decisionsOf(env: Env): Promise<DecisionSettings> {
  const { EMBEDDING_MODEL: model } = parseEnv(env, seeEnv);
  const calibration = model === undefined ? null : await readCalibration(model);
  return { ...defaultDecisionSettings, ...(calibration && { calibration: createCalibration(calibration) }) };
}

/** The man in the first row, and each stranger as a person of their own. */
async function sheetFaces(vision: BenchVision): Promise<LabelledFace[]> {
  const { man, strangers } = await readContactSheet(vision);
  const labelled = ({ row, column, face: { embedding, sizePx, quality } }: SheetFace, person: string) => ({
    person,
    picture: `${row},${column}`,
    embedding,
    sizePx,
    quality: quality.value,
  });
  return [...man.map((face) => labelled(face, 'the man')), ...strangers.map((face, index) => labelled(face, `stranger ${index}`))];
}

function galleryTable(galleries: readonly GalleryResult[]): string[] {
  const share = (part: number, of: number): string => (of === 0 ? '-' : `${rounded(100 * part, 2)} %`);
  return toTable([
    ['persons in the gallery', 'references', 'drawn', 'strangers', 'named', 'uncertain', 'friends', 'named', 'misnamed'],
    ...galleries.map((each) => [
      each.persons,
      each.references,
      each.drawn,
      each.strangers,
      share(each.strangersNamed, each.strangers),
      share(each.strangersUncertain, each.strangers),
      each.friends,
      share(each.friendsNamed, each.friends),
      share(each.friendsMisnamed, each.friends),
    ]),
  ]);
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
