import type { Person } from '../gallery.ts';
import { bandsAt, defaultThresholds, type ThresholdRow } from './thresholds.ts';

/** What decisions go by. docs/gallery.md says where the defaults come from. */
export interface DecisionSettings {
  /** Ascending by size. */
  thresholds: readonly ThresholdRow[];
  /** How far the best person must be ahead of the second. */
  margin: number;
  /** Smaller or worse faces are not compared at all. */
  recognisable: { minSizePx: number; minQuality: number };
  /** What a stranger's face must be for a new person to be made of it. */
  enroll: { minSizePx: number; minQuality: number };
  /** What a recognised face must be to become one more reference; `minAboveMatch`: how far above the threshold. */
  reference: { minSizePx: number; minQuality: number; minAboveMatch: number };
}

export const defaultDecisionSettings: DecisionSettings = {
  thresholds: defaultThresholds,
  margin: 0.04,
  recognisable: { minSizePx: 20, minQuality: 0.15 },
  enroll: { minSizePx: 40, minQuality: 0.4 },
  reference: { minSizePx: 60, minQuality: 0.5, minAboveMatch: 0.03 },
};

/** A person near a face. */
export interface Candidate {
  personId: string;
  status: Person['status'];
  /** Cosine to the nearest of its references; `faceId` says which. */
  similarity: number;
  faceId: string;
  /** Cosine to the nearest face that is known not to be this person; -1 where there is none. */
  negative: number;
}

/** A face and who is near it, most similar first. */
export interface RankedProbe {
  quality: number;
  sizePx: number;
  candidates: readonly Candidate[];
}

/** What was decided. `new`: a stranger whom a person must be made of; `sameAs`: it looks like the stranger that an earlier face of the picture (by index) is. */
export type Decision =
  | { kind: 'match' | 'uncertain' | 'unknown'; candidate: Candidate; addReference: boolean }
  | { kind: 'uncertain'; sameAs: number }
  | { kind: 'new' }
  | { kind: 'unrecognisable' };

/**
 * Decides about all faces of one picture together. `alike(i, j)`: cosine between two of its faces. Pure.
 * Rules: a person's similarity is the best of its references'; a face nearer to a negative of the person than to its references is
 * not that person; a person is at most once in a picture, the most similar face gets it; somebody within the margin makes a name
 * uncertain; a face that resembles anybody, taken or not, never becomes a new person; nor does a poor one.
 */
export function decide(faces: readonly RankedProbe[], alike: (i: number, j: number) => number, settings: DecisionSettings): Decision[] {
  const verdicts = faces.map((face) => judge(face, settings));
  giveEachPersonOnce(verdicts);
  return keepOneOfEachStranger(faces, verdicts, alike, settings);
}

type Verdict = Exclude<Decision, { sameAs: number }>;

function judge(face: RankedProbe, settings: DecisionSettings): Verdict {
  const { recognisable, enroll } = settings;
  if (!reaches(face, recognisable)) return { kind: 'unrecognisable' };
  const bands = bandsAt(face.sizePx, settings.thresholds);
  // What readers said is not this person is somebody else, however similar.
  const [best, second] = face.candidates.filter(({ similarity, negative }) => similarity > negative);
  if (!best || best.similarity < bands.uncertain) return reaches(face, enroll) ? { kind: 'new' } : { kind: 'unrecognisable' };
  const rival = second && second.similarity >= bands.uncertain && best.similarity - second.similarity < settings.margin ? second : null;
  // Two unknowns that are both near are one stranger seen twice: no name is at stake, and the face that links them gets them merged.
  const contested = rival !== null && !(best.status === 'unknown' && rival.status === 'unknown');
  if (best.similarity < bands.match || contested) return { kind: 'uncertain', candidate: best, addReference: false };
  const sure = best.similarity >= bands.match + settings.reference.minAboveMatch;
  return {
    kind: best.status === 'unknown' ? 'unknown' : 'match',
    candidate: best,
    addReference: sure && reaches(face, settings.reference),
  };
}

function reaches(face: RankedProbe, least: { minSizePx: number; minQuality: number }): boolean {
  return face.sizePx >= least.minSizePx && face.quality >= least.minQuality;
}

function giveEachPersonOnce(verdicts: Verdict[]): void {
  const holders = new Map<string, { index: number; similarity: number }>();
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind !== 'match' && verdict.kind !== 'unknown') continue;
    const { personId, similarity } = verdict.candidate;
    const holder = holders.get(personId);
    if (holder && holder.similarity >= similarity) {
      verdicts[index] = { kind: 'uncertain', candidate: verdict.candidate, addReference: false };
      continue;
    }
    const before = holder && verdicts[holder.index];
    if (before && 'candidate' in before) verdicts[holder.index] = { kind: 'uncertain', candidate: before.candidate, addReference: false };
    holders.set(personId, { index, similarity });
  }
}

/** Of several new faces that may be one person (a mirror, a poster), only the best is made a person; the others are uncertain. */
function keepOneOfEachStranger(
  faces: readonly RankedProbe[],
  verdicts: readonly Verdict[],
  alike: (i: number, j: number) => number,
  settings: DecisionSettings,
): Decision[] {
  const decisions: Decision[] = [...verdicts];
  const strangers = [...verdicts.keys()].filter((index) => verdicts[index]?.kind === 'new');
  const worth = (index: number): number => (faces[index]?.quality ?? 0) * Math.min(1, (faces[index]?.sizePx ?? 0) / 80);
  strangers.sort((a, b) => worth(b) - worth(a));
  const kept: number[] = [];
  for (const index of strangers) {
    const { uncertain } = bandsAt(faces[index]?.sizePx ?? 0, settings.thresholds);
    const twin = kept.find((other) => alike(index, other) >= uncertain);
    if (twin === undefined) kept.push(index);
    else decisions[index] = { kind: 'uncertain', sameAs: twin };
  }
  return decisions;
}
