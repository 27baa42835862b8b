import { dot } from '@watchpost/shared/vectors';
import { alignFace } from '@watchpost/see/face/align';
import { embedFace } from '@watchpost/see/face/embed';
import type { FoundFace } from '@watchpost/see/find/found-face';
import { createPyramid } from '@watchpost/see/picture/raster';
import { percentile, rounded } from '../report/statistics.ts';
import { readContactSheet, shrunkFace, type SheetFace } from './contact-sheet.ts';
import type { HumanLibrary } from './human-library.ts';
import type { BenchVision } from './open-bench-vision.ts';
import { acceptedAt, areaUnderCurve, thresholdAt, type PairScores } from './scores.ts';

/** The face sizes that are compared with references of full size, pixels. */
const sizes = [64, 48, 40, 32, 28, 24, 20];

export interface SheetResult {
  acceptedAtNoFalseAccept: number;
  auc: number;
  comparisons: number;
}

/** The similarities at one size. */
export interface SizeResult {
  sizePx: number;
  acceptedAtOneInThousand: number;
  thresholdAtOneInThousand: number;
  strangersMost: number;
  strangersMedian: number;
  sameLow: number;
  sameMedian: number;
}

/** The man in the contact sheet's first row against its strangers: at full size, watchpost and Human; then at smaller and smaller sizes. */
export async function measureRecognition(
  vision: BenchVision,
  human: HumanLibrary,
): Promise<{ sheet: SheetResult; human: SheetResult; sizes: SizeResult[] }> {
  const { picture, man, strangers } = await readContactSheet(vision);
  const vectors = (faces: SheetFace[]): Float32Array[] => faces.map(({ face }) => face.embedding);
  const full = compare(vectors(man), vectors(man), vectors(strangers), dot, true);
  const margin = vision.embedding.align.kind === 'mesh-square' ? vision.embedding.align.margin : 0;
  const small: SizeResult[] = [];
  for (const sizePx of sizes) {
    const seen = async (faces: SheetFace[]): Promise<Float32Array[]> => {
      const embedded: Float32Array[] = [];
      for (const { face } of faces) {
        const small = createPyramid(await shrunkFace(picture, face, sizePx, margin));
        const unchecked = { ...vision, meanEmbedding: undefined };
        const aligned = await alignFace(unchecked, small, inTheMiddle(small, sizePx));
        const vector = aligned && (await embedFace(unchecked, small, aligned));
        if (vector) embedded.push(vector);
      }
      return embedded;
    };
    small.push(atSize(sizePx, compare(await seen(man), vectors(man), await seen(strangers), dot, false, vectors(strangers))));
  }
  return { sheet: summary(full), human: summary(await compareByHuman(human, man, strangers)), sizes: small };
}

/** Where the detector would find a level face of this size in the middle of a picture; its mesh decides. */
function inTheMiddle({ width, height }: { width: number; height: number }, sizePx: number): FoundFace {
  const side = sizePx * 0.75;
  const box = { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
  const eyes = height / 2 - side / 5;
  return { box, score: 1, leftEye: { x: width / 2 - side / 5, y: eyes }, rightEye: { x: width / 2 + side / 5, y: eyes } };
}

/**
 * Takes each of the man's faces in turn as the only reference and compares his other faces and all strangers with it.
 * `references`: the man's faces at full size. `once`: counts each pair of his faces once. `fullStrangers`: strangers at full size, as
 * references for the man's small faces.
 */
function compare<V>(
  man: V[],
  references: V[],
  strangers: V[],
  similarity: (a: V, b: V) => number,
  once: boolean,
  fullStrangers: V[] = [],
): PairScores {
  const scores: PairScores = { same: [], different: [] };
  references.forEach((reference, index) => {
    man.forEach((face, other) => {
      if (other !== index && (!once || other > index)) scores.same.push(similarity(face, reference));
    });
    for (const stranger of strangers) scores.different.push(similarity(stranger, reference));
  });
  for (const stranger of fullStrangers) for (const face of man) scores.different.push(similarity(face, stranger));
  return scores;
}

/** The same with Human, on each face's cell of the sheet. A face that Human misses matches nobody. */
async function compareByHuman(human: HumanLibrary, man: SheetFace[], strangers: SheetFace[]): Promise<PairScores> {
  const vectors = async (faces: SheetFace[]): Promise<number[][]> => {
    const found: number[][] = [];
    for (const { tile } of faces) found.push((await human.detect(await tile()))[0]?.embedding ?? []);
    return found;
  };
  const ofMan = await vectors(man);
  const similarity = (a: number[], b: number[]): number => (a.length > 0 && b.length > 0 ? human.similarity(a, b) : -1);
  return compare(ofMan, ofMan, await vectors(strangers), similarity, true);
}

function summary(scores: PairScores): SheetResult {
  return {
    acceptedAtNoFalseAccept: rounded(acceptedAt(scores, 0)),
    auc: rounded(areaUnderCurve(scores)),
    comparisons: scores.same.length + scores.different.length,
  };
}

function atSize(sizePx: number, scores: PairScores): SizeResult {
  return {
    sizePx,
    acceptedAtOneInThousand: rounded(acceptedAt(scores, 0.001)),
    thresholdAtOneInThousand: rounded(thresholdAt(scores.different, 0.001)),
    strangersMost: rounded(Math.max(...scores.different)),
    strangersMedian: rounded(percentile(scores.different, 0.5)),
    sameLow: rounded(percentile(scores.same, 0.05)),
    sameMedian: rounded(percentile(scores.same, 0.5)),
  };
}
