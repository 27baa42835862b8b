import type { PersonStatus } from '../domain.ts';
import { decisionRules, type Evidence } from '../evidence.ts';
import { builtInCalibration, type GallerySize } from './calibration.ts';
import { createYardstick, defaultRiskSettings, meanOfNeighbours, type RiskSettings, type Yardstick } from './yardstick.ts';

/** The settings of a decision. docs/gallery.md says where the defaults come from. */
export interface DecisionSettings extends RiskSettings {
  /** Smaller or worse faces are unrecognisable, whatever they resemble. */
  recognisable: { minSizePx: number; minQuality: number };
  /** What a stranger's face needs to become a new person. */
  enroll: { minSizePx: number; minQuality: number };
  /** What a surely recognised face needs to become one more reference. */
  reference: { minSizePx: number; minQuality: number };
}

export const defaultDecisionSettings: DecisionSettings = {
  ...defaultRiskSettings,
  calibration: builtInCalibration,
  recognisable: { minSizePx: 20, minQuality: 0.15 },
  enroll: { minSizePx: 40, minQuality: 0.4 },
  reference: { minSizePx: 60, minQuality: 0.5 },
};

/** A person similar to a face. */
export interface Candidate {
  personId: string;
  status: PersonStatus;
  /** The key of a named person's name; empty for others. */
  name: string;
  /** Cosine to the nearest of the person's references, which is `faceId`. */
  similarity: number;
  faceId: string;
  /** The size of that reference. */
  referenceSizePx: number;
  /** Cosine to the nearest of the person's negatives; -1 where there is none. */
  negative: number;
  /** Of an unknown: the person whom it may be (`Mirror.mayBe`). */
  mayBe: string | null;
}

/** A face with its candidates, most similar first. */
export interface RankedProbe {
  quality: number;
  sizePx: number;
  candidates: readonly Candidate[];
}

/** Whether somebody said, or a picture showed, that these two persons (their ids) are not the same. */
export type NotSame = (one: string, other: string) => boolean;

/** What else of the gallery a decision depends on. */
export interface DecisionContext {
  notSame: NotSame;
  size: GallerySize;
}

/**
 * The decision about a face, with what it was made of. `new`: to become a new person: a stranger or, with `mayBe`, a face that is not surely
 * that person's; `keptFrom`: the persons whom it resembles, but whom a negative excluded, so that the new person is not the same as they
 * are. `sameAs`: it resembles the stranger in another face of the picture (its index). `likeNegativesOf`: the other persons of whose
 * negatives one would match the face, and so shows whomever the face shows.
 */
export type Decision = (
  | { kind: 'match' | 'uncertain' | 'unknown'; candidate: Candidate; addReference: boolean }
  | { kind: 'uncertain'; sameAs: number }
  | { kind: 'new'; mayBe: string | null; keptFrom: string[] }
  | { kind: 'unrecognisable' }
) & { evidence: Evidence; likeNegativesOf: string[] };

/**
 * Decides about all faces of one picture together. `similarity(i, j)`: cosine between two of its faces. Pure.
 * Rules: a person's similarity is that of its nearest reference. A face nearer to a person's negative than to its references is not
 * that person. A match is so rare that the share `strangersNamed` of strangers is expected to be so similar to anybody, an uncertain face
 * so rare that `strangersUncertain` is; so the similarities that it takes rise with the gallery. A rival makes the decision uncertain: any
 * other person who is not much less likely, except one who may well be the same (see `mayBeSame`). An uncertain face that is good enough
 * becomes a new person who may be the nearest one, unless another face of the picture is that person's; a poor one never does. A person
 * appears at most once in a picture: the most similar face gets it.
 */
export function decide(
  faces: readonly RankedProbe[],
  similarity: (i: number, j: number) => number,
  settings: DecisionSettings,
  { notSame, size }: DecisionContext,
): Decision[] {
  const verdicts = faces.map((face) => judge(face, settings, { notSame, size }));
  assignEachPersonOnce(verdicts);
  keepFromThePresent(faces, verdicts);
  return keepOneFacePerStranger(faces, verdicts, similarity, settings);
}

type Verdict = Exclude<Decision, { sameAs: number }>;

function judge(face: RankedProbe, settings: DecisionSettings, { notSame, size }: DecisionContext): Verdict {
  const { recognisable, enroll } = settings;
  const yardstick = createYardstick(settings, size, {
    probeSizePx: face.sizePx,
    neighbours: neighboursOf(face, settings, { notSame, size }),
  });
  const [best, ...others] = nearestFirst(face, yardstick);
  const rival = rivalOf(best, others, yardstick, notSame);
  const evidence = evidenceOf(face, [best, rival ?? others[0]], yardstick, {
    ...size,
    comparisons: settings.calibration.comparisons(size),
  });
  const unsure = { evidence, likeNegativesOf: [] };
  if (!reaches(face, recognisable)) return { kind: 'unrecognisable', ...unsure };
  const alike = face.candidates.filter(({ negative }) => negative >= evidence.match).map(({ personId }) => personId);
  const near = best && yardstick.isNear(best) ? best : null;
  if (near && yardstick.isMatch(near) && !rival) {
    const addReference = yardstick.isSure(near) && reaches(face, settings.reference);
    return sureOf(near, addReference, evidence, alike);
  }
  if (!reaches(face, enroll)) return poorOf(near, evidence);
  const perhaps = near && !rival ? whoMayBeTheOther(near, others, yardstick) : null;
  if (perhaps) return { kind: 'unknown', candidate: perhaps, addReference: true, ...unsure };
  return { kind: 'new', mayBe: near?.personId ?? null, keptFrom: excludedFrom(face, yardstick), evidence, likeNegativesOf: alike };
}

function sureOf(candidate: Candidate, addReference: boolean, evidence: Evidence, alike: readonly string[]): Verdict {
  const likeNegativesOf = alike.filter((id) => id !== candidate.personId);
  return { kind: candidate.status === 'unknown' ? 'unknown' : 'match', candidate, addReference, evidence, likeNegativesOf };
}

/** The first who contests the best person. */
function rivalOf(
  best: Candidate | undefined,
  others: readonly Candidate[],
  { contests }: Yardstick,
  notSame: NotSame,
): Candidate | undefined {
  return best && others.find((other) => contests(best, other) && !mayBeSame(best, other, notSame));
}

/** Of a face that is not good enough to become a new person. */
function poorOf(near: Candidate | null, evidence: Evidence): Verdict {
  const unsure = { evidence, likeNegativesOf: [] };
  return near ? { kind: 'uncertain', candidate: near, addReference: false, ...unsure } : { kind: 'unrecognisable', ...unsure };
}

/** Of the persons after the best, without those who may be the best once more: they are near because they are. */
function neighboursOf(face: RankedProbe, settings: DecisionSettings, { notSame, size }: DecisionContext): number | null {
  const yardstick = createYardstick(settings, size, { probeSizePx: face.sizePx });
  const [best, ...others] = nearestFirst(face, yardstick);
  return best ? meanOfNeighbours(others.filter((other) => !(yardstick.isNear(other) && mayBeSame(best, other, notSame)))) : null;
}

/** Whom the face resembles, but a negative excludes. */
function excludedFrom({ candidates }: RankedProbe, { isNear }: Yardstick): string[] {
  return candidates.flatMap((each) => (isExcluded(each) && isNear(each) ? [each.personId] : []));
}

/**
 * A face that is perhaps somebody, and perhaps the unknown who may be the same, is that unknown's: no name is at stake, and a stranger is
 * hardly ever alike to both. So the sightings of a person seen badly come together, instead of becoming one unknown each.
 */
function whoMayBeTheOther(near: Candidate, others: readonly Candidate[], { isNear }: Yardstick): Candidate | null {
  const linked = others.filter((other) => isNear(other));
  if (near.status === 'unknown') return linked.some(({ personId }) => personId === near.mayBe) ? near : null;
  return linked.find(({ status, mayBe }) => status === 'unknown' && mayBe === near.personId) ?? null;
}

/** Without those whom a negative excludes. A person who matches comes before the unknown who may be that person, however similar. */
function nearestFirst({ candidates }: RankedProbe, { isMatch }: Yardstick): Candidate[] {
  const all = candidates.filter((candidate) => !isExcluded(candidate));
  const person = all.find((candidate) => candidate.personId === all[0]?.mayBe && isMatch(candidate));
  return person ? [person, ...all.filter((candidate) => candidate !== person)] : all;
}

function isExcluded({ similarity, negative }: Candidate): boolean {
  return similarity <= negative;
}

/**
 * Two similar unknowns are one stranger enrolled twice: no name is at stake, and this face, added to one, lets housekeeping merge them.
 * Two similar persons of one name are one person entered twice by hand: the name is right in any case. Unless they are known to be two.
 * Nor does an unknown contest the person whom it may be.
 */
function mayBeSame(one: Candidate, other: Candidate, notSame: NotSame): boolean {
  const unknowns = one.status === 'unknown' && other.status === 'unknown';
  const namesakes = one.status === 'named' && other.status === 'named' && one.name !== '' && one.name === other.name;
  const suggested = one.mayBe === other.personId || other.mayBe === one.personId;
  return (unknowns || namesakes || suggested) && !notSame(one.personId, other.personId);
}

function evidenceOf(
  { sizePx, candidates }: RankedProbe,
  [best, second]: readonly [Candidate | undefined, Candidate | undefined],
  yardstick: Yardstick,
  compared: NonNullable<Evidence['compared']>,
): Evidence {
  const [nearest] = candidates;
  const shown = (candidate: Candidate | undefined): Evidence['best'] => {
    if (!candidate) return null;
    const { personId, faceId, similarity } = candidate;
    const [falseMatchRate, likelihoodRatio] = [yardstick.falseMatchRate(candidate), yardstick.likelihoodRatio(candidate)];
    return { personId, faceId, similarity, falseMatchRate, likelihoodRatio };
  };
  const negative = nearest && nearest.negative > -1 ? nearest.negative : null;
  const lines = yardstick.linesAt(best?.referenceSizePx ?? sizePx);
  return { best: shown(best), second: shown(second), negative, compared, ...lines, rules: decisionRules };
}

function reaches(face: RankedProbe, least: { minSizePx: number; minQuality: number }): boolean {
  return face.sizePx >= least.minSizePx && face.quality >= least.minQuality;
}

function assignEachPersonOnce(verdicts: Verdict[]): void {
  const holders = new Map<string, { index: number; similarity: number }>();
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind !== 'match' && verdict.kind !== 'unknown') continue;
    const { personId, similarity } = verdict.candidate;
    const holder = holders.get(personId);
    if (holder && holder.similarity >= similarity) {
      verdicts[index] = { ...verdict, kind: 'uncertain', addReference: false, likeNegativesOf: [] };
      continue;
    }
    const before = holder && verdicts[holder.index];
    if (before && 'candidate' in before)
      verdicts[holder.index] = { ...before, kind: 'uncertain', addReference: false, likeNegativesOf: [] };
    holders.set(personId, { index, similarity });
  }
}

/** Nobody is in a picture twice: a face that may be somebody whom another face surely is, is no new person, but perhaps a mirror image. */
function keepFromThePresent(faces: readonly RankedProbe[], verdicts: Verdict[]): void {
  const present = new Set(verdicts.flatMap((each) => (each.kind === 'match' || each.kind === 'unknown' ? [each.candidate.personId] : [])));
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind !== 'new' || verdict.mayBe === null || !present.has(verdict.mayBe)) continue;
    const candidate = faces[index]?.candidates.find(({ personId }) => personId === verdict.mayBe);
    if (candidate) verdicts[index] = { kind: 'uncertain', candidate, addReference: false, evidence: verdict.evidence, likeNegativesOf: [] };
  }
}

/** Of several new faces that may be one person (a mirror, a poster), only the best becomes a person; the others are uncertain. */
function keepOneFacePerStranger(
  faces: readonly RankedProbe[],
  verdicts: readonly Verdict[],
  similarity: (i: number, j: number) => number,
  settings: DecisionSettings,
): Decision[] {
  const decisions: Decision[] = [...verdicts];
  const strangers = [...verdicts.keys()].filter((index) => verdicts[index]?.kind === 'new');
  const rating = (index: number): number => (faces[index]?.quality ?? 0) * Math.min(1, (faces[index]?.sizePx ?? 0) / 80);
  strangers.sort((a, b) => rating(b) - rating(a));
  const kept: number[] = [];
  const sizeOf = (index: number): number => faces[index]?.sizePx ?? 0;
  for (const index of strangers) {
    const yardstick = createYardstick(settings, { persons: kept.length, faces: kept.length }, { probeSizePx: sizeOf(index) });
    const same = kept.find((other) => yardstick.isNear({ similarity: similarity(index, other), referenceSizePx: sizeOf(other) }));
    const verdict = verdicts[index];
    if (same === undefined) kept.push(index);
    else if (verdict) decisions[index] = { kind: 'uncertain', sameAs: same, evidence: verdict.evidence, likeNegativesOf: [] };
  }
  return decisions;
}
