import { dot as cosine } from '@watchpost/shared/vectors';
import { personStatus, type StoredPerson } from '../domain.ts';
import type { Steps } from '../memory/concurrency.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Assessor, MeanComparison } from './assessor.ts';

/** What the faces of an unknown say together: they are `person`'s, or may be (null: nobody's). */
export interface Finding {
  unknown: StoredPerson;
  kind: 'same' | 'may-be';
  person: StoredPerson | null;
}

export interface FindSameDeps {
  mirror: Mirror;
  assessor: Assessor;
}

/** How many of the persons nearest to a face are compared. */
const nearest = 8;
/** Faces from so many pictures must agree before an unknown becomes a person with a name. */
const fewestForName = 3;

/** A face of a person, with its vector. */
export interface OwnFace {
  id: string;
  vector: Float32Array;
  sizePx: number;
}

interface Compared {
  person: StoredPerson;
  status: ReturnType<typeof personStatus>;
  comparison: MeanComparison;
  verdict: ReturnType<Assessor['verdict']>;
  likelihood: number;
}

/**
 * The faces by which to look for whom unknowns are: this one if it is an unknown's; of a named person's face, one of each unknown near it.
 * A person who was named, or got another face, may be an unknown whose own faces are all compared.
 */
export function* unknownsAt({ mirror, assessor }: FindSameDeps, faceId: string): Steps<string[]> {
  const face = mirror.face(faceId);
  const person = face && mirror.person(face.personId);
  if (!face || !person) return [];
  if (personStatus(person) !== 'named') return [faceId];
  const vector = mirror.vector(faceId);
  if (!vector) return [];
  const near = yield* mirror.candidatesInSteps(vector, face.modelId, { margin: 2, least: assessor.least(face.sizePx) });
  return near.flatMap((each) => (each.status === 'unknown' ? [each.faceId] : [])).slice(0, nearest);
}

/**
 * Compares an unknown, of whom this face is, with the persons nearest to the face; null if nothing follows. The measure is the mean
 * similarity of the unknown's faces, one from each picture, to the face of the other person that they resemble most; of two unknowns, also
 * the other way round. The likeliest person counts:
 * - As sure as a match, with nobody who contests it: they are the same. For a named person it takes faces from three pictures.
 * - Perhaps an unknown, and perhaps the person whom that one may be: they are that unknown, as a single face would be (decide.ts).
 * - Otherwise, if it is as sure as an uncertain decision: the unknown may be that person (or older unknown).
 * Two who are known not to be the same are not compared, nor is one of whose negatives a face is more like.
 */
export function* findSame({ mirror, assessor }: FindSameDeps, faceId: string): Steps<Finding | null> {
  const face = mirror.face(faceId);
  const unknown = face && mirror.person(face.personId);
  if (!face || !unknown || personStatus(unknown) !== 'unknown') return null;
  const own = ownFaces(mirror, unknown.id, face.modelId);
  const vector = own.find(({ id }) => id === faceId)?.vector;
  if (!vector) return null;
  const candidates = yield* mirror.candidatesInSteps(vector, face.modelId, { margin: 2, least: assessor.least(face.sizePx) });
  const others = candidates.filter(({ personId }) => personId !== unknown.id && !mirror.notSame(unknown.id, personId));
  const near = new Set(others.slice(0, nearest).map(({ personId }) => personId));
  const suggested = mirror.mayBe(unknown);
  if (suggested) near.add(suggested.id);
  const compared: Compared[] = [];
  for (const id of near) {
    yield;
    const person = mirror.person(id);
    if (!person || person.id === unknown.id) continue;
    compared.push(...compare({ mirror, assessor }, { unknown, own, person, modelId: face.modelId }));
  }
  return conclude({ mirror, assessor }, unknown, compared);
}

function conclude({ mirror, assessor }: FindSameDeps, unknown: StoredPerson, compared: readonly Compared[]): Finding | null {
  const [best, ...others] = compared
    .filter(({ verdict }) => verdict !== 'different')
    .sort((one, other) => other.likelihood - one.likelihood);
  const isContested =
    best && others.some((other) => !mayBeOne(mirror, best, other) && assessor.contests(best.comparison, other.comparison));
  if (best && !isContested) {
    const same = isEnough(best) ? best : perhapsTwin(mirror, best, others);
    if (same) return { unknown, kind: 'same', person: same.person };
  }
  // Of two unknowns only the younger one may be the other.
  const known = [best, ...others].find((each) => each && (each.status !== 'unknown' || isOlder(each.person, unknown)));
  const mayBe = known?.person ?? null;
  return mirror.mayBe(unknown)?.id === mayBe?.id ? null : { unknown, kind: 'may-be', person: mayBe };
}

function isEnough({ verdict, status, comparison }: Compared): boolean {
  return verdict === 'same' && (status === 'unknown' || (status === 'named' && comparison.faces >= fewestForName));
}

/** The unknown who may be the likeliest person, or who is the likeliest and may be one of the others. */
function perhapsTwin(mirror: Mirror, best: Compared, others: readonly Compared[]): Compared | undefined {
  const mayBe = ({ status, person }: Compared): string | undefined => (status === 'unknown' ? mirror.mayBe(person)?.id : undefined);
  if (best.status === 'unknown') return others.some(({ person }) => person.id === mayBe(best)) ? best : undefined;
  return others.find((other) => mayBe(other) === best.person.id);
}

function isOlder(person: StoredPerson, unknown: StoredPerson): boolean {
  return (person.number ?? Infinity) < (unknown.number ?? Infinity);
}

/** Two unknowns do not contest each other, nor an unknown and whom it may be; unless they are known not to be the same. */
function mayBeOne(mirror: Mirror, one: Compared, other: Compared): boolean {
  if (mirror.notSame(one.person.id, other.person.id)) return false;
  if (one.status === 'unknown' && other.status === 'unknown') return true;
  return mirror.mayBe(one.person)?.id === other.person.id || mirror.mayBe(other.person)?.id === one.person.id;
}

interface Two {
  unknown: StoredPerson;
  own: OwnFace[];
  person: StoredPerson;
  modelId: string;
}

/** None where a negative excludes the one from being the other. */
function compare({ mirror, assessor }: FindSameDeps, { unknown, own, person, modelId }: Two): Compared[] {
  const theirs = ownFaces(mirror, person.id, modelId);
  const status = personStatus(person);
  if (isExcluded(mirror, own, { person, theirs, modelId }) || isExcluded(mirror, theirs, { person: unknown, theirs: own, modelId }))
    return [];
  const both = [
    meanOf(onePerPicture(mirror, own), theirs),
    ...(status === 'unknown' ? [meanOf(onePerPicture(mirror, theirs), own)] : []),
  ].flatMap((comparison) => (comparison ? [{ comparison, likelihood: assessor.likelihood(comparison) }] : []));
  const [likeliest] = both.sort((one, other) => other.likelihood - one.likelihood);
  return likeliest ? [{ person, status, verdict: assessor.verdict(likeliest.comparison), ...likeliest }] : [];
}

/** The references of one model, with those vectors that are in memory. */
function ownFaces(mirror: Mirror, personId: string, modelId: string): OwnFace[] {
  return mirror.references(personId, modelId).map(({ id, vector }) => ({ id, vector, sizePx: mirror.face(id)?.sizePx ?? 0 }));
}

/** The best face of each picture. */
function onePerPicture(mirror: Mirror, faces: readonly OwnFace[]): OwnFace[] {
  const best = new Map<string, { face: OwnFace; quality: number }>();
  for (const face of faces) {
    const { snapshotId = null, quality = 0 } = mirror.face(face.id) ?? {};
    const picture = snapshotId ?? face.id;
    if (quality > (best.get(picture)?.quality ?? -1)) best.set(picture, { face, quality });
  }
  return [...best.values()].map(({ face }) => face);
}

/** Whether one of these faces is more like a negative of the person than like all references. */
function isExcluded(
  mirror: Mirror,
  faces: readonly OwnFace[],
  { person, theirs, modelId }: { person: StoredPerson; theirs: readonly OwnFace[]; modelId: string },
): boolean {
  const negatives = mirror
    .idsOf(person.id)
    .flatMap((id) => mirror.facesOf(id))
    .flatMap(({ id, role, modelId: of }) => (role === 'negative' && of === modelId ? (mirror.vector(id) ?? []) : []));
  if (negatives.length === 0) return false;
  return faces.some(({ vector }) => {
    const nearestReference = Math.max(...theirs.map((each) => cosine(vector, each.vector)));
    return negatives.some((negative) => cosine(vector, negative) >= nearestReference);
  });
}

/** The mean similarity of these faces to that one of the others which they resemble most. */
export function meanOf(faces: readonly OwnFace[], others: readonly OwnFace[]): MeanComparison | null {
  const sizePx = faces.reduce((sum, face) => sum + face.sizePx, 0) / faces.length;
  let best: MeanComparison | null = null;
  for (const other of others) {
    const similarity = faces.reduce((sum, { vector }) => sum + cosine(vector, other.vector), 0) / faces.length;
    if (!best || similarity > best.similarity)
      best = { similarity, faces: faces.length, probeSizePx: sizePx, referenceSizePx: other.sizePx };
  }
  return best;
}
