import type { PersonStatus } from '../domain.ts';
import { decisionRules, type Evidence } from '../evidence.ts';
import { thresholdsAt, defaultThresholds, type ThresholdRow, type Thresholds } from './thresholds.ts';

/** The settings of a decision. docs/gallery.md says where the defaults come from. */
export interface DecisionSettings {
  /** Ascending by size. */
  thresholds: readonly ThresholdRow[];
  /** How far the best person's similarity must be above the second's. */
  margin: number;
  /** Smaller or worse faces are unrecognisable, whatever they resemble. */
  recognisable: { minSizePx: number; minQuality: number };
  /** What a stranger's face needs to become a new person. */
  enroll: { minSizePx: number; minQuality: number };
  /** What a recognised face needs to become one more reference; `minAboveMatch`: how far above the match threshold. */
  reference: { minSizePx: number; minQuality: number; minAboveMatch: number };
}

export const defaultDecisionSettings: DecisionSettings = {
  thresholds: defaultThresholds,
  margin: 0.04,
  recognisable: { minSizePx: 20, minQuality: 0.15 },
  enroll: { minSizePx: 40, minQuality: 0.4 },
  reference: { minSizePx: 60, minQuality: 0.5, minAboveMatch: 0.03 },
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

/**
 * The decision about a face, with what it was made of. `new`: to become a new person: a stranger or, with `mayBe`, a face that is not surely
 * that person's; `keptFrom`: the persons whom it
 * resembles, but whom a negative excluded, so that the new person is not the same as they are. `sameAs`: it resembles the stranger in
 * another face of the picture (its index). `likeNegativesOf`: the other persons of whose negatives one would match the face, and so
 * shows whomever the face shows.
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
 * that person. A person appears at most once in a picture: the most similar face gets it. A rival within the margin makes the
 * decision uncertain: any other person, except one who may well be the same (see `mayBeSame`). An uncertain face that is good enough
 * becomes a new person who may be the nearest one, unless another face of the picture is that person's; a poor one never does.
 */
export function decide(
  faces: readonly RankedProbe[],
  similarity: (i: number, j: number) => number,
  settings: DecisionSettings,
  notSame: NotSame,
): Decision[] {
  const verdicts = faces.map((face) => judge(face, settings, notSame));
  assignEachPersonOnce(verdicts);
  keepFromThePresent(faces, verdicts);
  return keepOneFacePerStranger(faces, verdicts, similarity, settings);
}

type Verdict = Exclude<Decision, { sameAs: number }>;

function judge(face: RankedProbe, settings: DecisionSettings, notSame: NotSame): Verdict {
  const { recognisable, enroll } = settings;
  const thresholds = thresholdsAt(face.sizePx, settings.thresholds);
  // Somebody said that this is not the person: then it is another one, however similar.
  const [best, ...others] = nearestFirst(face, thresholds);
  const rival = best && others.find((other) => isWithin(best, other, thresholds, settings.margin) && !mayBeSame(best, other, notSame));
  const evidence = evidenceOf(face, best, rival ?? others[0], thresholds, settings.margin);
  const unsure = { evidence, likeNegativesOf: [] };
  if (!reaches(face, recognisable)) return { kind: 'unrecognisable', ...unsure };
  const alike = face.candidates.filter(({ negative }) => negative >= thresholds.match).map(({ personId }) => personId);
  const near = best && best.similarity >= thresholds.uncertain ? best : null;
  if (near && near.similarity >= thresholds.match && !rival) return sureOf(face, near, thresholds, settings, { evidence, alike });
  if (!reaches(face, enroll))
    return near ? { kind: 'uncertain', candidate: near, addReference: false, ...unsure } : { kind: 'unrecognisable', ...unsure };
  const perhaps = rival ? null : whoMayBeTheOther(near, others, thresholds);
  if (perhaps) return { kind: 'unknown', candidate: perhaps, addReference: true, ...unsure };
  return { kind: 'new', mayBe: near?.personId ?? null, keptFrom: excludedFrom(face, thresholds), evidence, likeNegativesOf: alike };
}

function sureOf(
  face: RankedProbe,
  candidate: Candidate,
  { match }: Thresholds,
  { reference }: DecisionSettings,
  { evidence, alike }: { evidence: Evidence; alike: string[] },
): Verdict {
  const { status, personId, similarity } = candidate;
  return {
    kind: status === 'unknown' ? 'unknown' : 'match',
    candidate,
    addReference: similarity >= match + reference.minAboveMatch && reaches(face, reference),
    evidence,
    likeNegativesOf: alike.filter((id) => id !== personId),
  };
}

/** Whom the face resembles, but a negative excludes. */
function excludedFrom({ candidates }: RankedProbe, { uncertain }: Thresholds): string[] {
  return candidates.flatMap((each) => (isExcluded(each) && each.similarity >= uncertain ? [each.personId] : []));
}

/**
 * A face that is perhaps somebody, and perhaps the unknown who may be the same, is that unknown's: no name is at stake, and a stranger is
 * hardly ever alike to both. So the sightings of a person seen badly come together, instead of becoming one unknown each.
 */
function whoMayBeTheOther(near: Candidate | null, others: readonly Candidate[], { uncertain }: Thresholds): Candidate | null {
  const linked = others.filter(({ similarity }) => similarity >= uncertain);
  if (!near) return null;
  if (near.status === 'unknown') return linked.some(({ personId }) => personId === near.mayBe) ? near : null;
  return linked.find(({ status, mayBe }) => status === 'unknown' && mayBe === near.personId) ?? null;
}

/** Without those whom a negative excludes. A person who matches comes before the unknown who may be that person, however similar. */
function nearestFirst({ candidates }: RankedProbe, { match }: Thresholds): Candidate[] {
  const all = candidates.filter((candidate) => !isExcluded(candidate));
  const person = all.find(({ personId, similarity }) => personId === all[0]?.mayBe && similarity >= match);
  return person ? [person, ...all.filter((candidate) => candidate !== person)] : all;
}

function isExcluded({ similarity, negative }: Candidate): boolean {
  return similarity <= negative;
}

function isWithin(best: Candidate, other: Candidate, { uncertain }: Thresholds, margin: number): boolean {
  return other.similarity >= uncertain && best.similarity - other.similarity < margin;
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
  face: RankedProbe,
  best: Candidate | undefined,
  second: Candidate | undefined,
  { match, uncertain }: Thresholds,
  margin: number,
): Evidence {
  const [nearest] = face.candidates;
  const shown = (candidate: Candidate | undefined): Evidence['best'] =>
    candidate ? { personId: candidate.personId, faceId: candidate.faceId, similarity: candidate.similarity } : null;
  const negative = nearest && nearest.negative > -1 ? nearest.negative : null;
  return { best: shown(best), second: shown(second), negative, match, uncertain, margin, rules: decisionRules };
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
  for (const index of strangers) {
    const { uncertain } = thresholdsAt(faces[index]?.sizePx ?? 0, settings.thresholds);
    const same = kept.find((other) => similarity(index, other) >= uncertain);
    const verdict = verdicts[index];
    if (same === undefined) kept.push(index);
    else if (verdict) decisions[index] = { kind: 'uncertain', sameAs: same, evidence: verdict.evidence, likeNegativesOf: [] };
  }
  return decisions;
}
