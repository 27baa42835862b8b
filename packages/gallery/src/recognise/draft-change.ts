import { dot as cosine } from '@watchpost/shared/vectors';
import { createChange } from '../changes/change.ts';
import type { Decision } from '../decide/decide.ts';
import { chooseReferences, type ReferenceSettings } from '../decide/references.ts';
import { personStatus, type Changeset, type Head, type Sighting } from '../domain.ts';
import type { ProbeFace } from '../gallery.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { VectorsOf } from '../memory/vectors-of.ts';

export interface DraftDeps {
  mirror: Mirror;
  vectorsOf: VectorsOf;
  references: ReferenceSettings;
}

/** What a decision means for one face: the person and the reference that it was matched to. */
export type FaceOutcome = Pick<Sighting, 'decision' | 'personId' | 'similarity' | 'faceId' | 'evidence'>;

/** A new unknown and its first reference. */
interface Stranger {
  personId: string;
  faceId: string;
}

/** `strangers`: the persons created of new faces, by the face's index. */
export function faceOutcome(decision: Decision, strangers: readonly (Stranger | undefined)[]): FaceOutcome {
  const { evidence } = decision;
  if ('candidate' in decision) {
    const { personId, similarity, faceId } = decision.candidate;
    return { decision: decision.kind, personId, similarity, faceId, evidence };
  }
  if ('sameAs' in decision) {
    return { decision: 'uncertain', personId: strangers[decision.sameAs]?.personId ?? null, similarity: null, faceId: null, evidence };
  }
  return { decision: 'unrecognisable', personId: null, similarity: null, faceId: null, evidence };
}

/** Whether these decisions add a person, a reference or a pair, or tell whom a negative shows. */
export async function needsChange(
  deps: DraftDeps,
  faces: readonly ProbeFace[],
  decisions: readonly Decision[],
  signal: AbortSignal,
): Promise<boolean> {
  if (decisions.some(({ kind }) => kind === 'new') || newPairs(deps, matchedPersons(decisions)).length > 0) return true;
  for (const [index, decision] of decisions.entries()) {
    const face = faces[index];
    if (!face) continue;
    if ((await newReference(deps, face, decision, signal)) || (await negativesOf(deps, face, decision, signal)).length > 0) return true;
  }
  return false;
}

/** The person that a recognised face becomes a reference of, and the reference that it replaces; null if it is not kept. */
async function newReference(
  { vectorsOf, references }: DraftDeps,
  { embedding, modelId, quality }: ProbeFace,
  decision: Decision,
  signal: AbortSignal,
): Promise<{ personId: string; evict: string | null } | null> {
  if (!('candidate' in decision) || !decision.addReference) return null;
  const { personId } = decision.candidate;
  const existing = await vectorsOf(personId, modelId, 'reference', signal);
  const { add, evict } = chooseReferences(existing, { vector: embedding, quality }, references);
  return add ? { personId, evict } : null;
}

/**
 * The negatives of others that show the same person as this face, where nobody said who that is: whoever forgets the person must find
 * them. As sure as a match is.
 */
async function negativesOf(
  { mirror, vectorsOf }: DraftDeps,
  { embedding, modelId }: ProbeFace,
  { evidence, likeNegativesOf }: Decision,
  signal: AbortSignal,
): Promise<IndexedFace[]> {
  const found: IndexedFace[] = [];
  for (const personId of likeNegativesOf.flatMap((id) => mirror.idsOf(id))) {
    const open = mirror.facesOf(personId).filter(({ role, shows }) => role === 'negative' && shows === null);
    if (open.length === 0) continue;
    const vectors = await vectorsOf(personId, modelId, 'negative', signal);
    const alike = new Set(vectors.flatMap(({ id, vector }) => (cosine(embedding, vector) >= evidence.match ? [id] : [])));
    found.push(...open.filter(({ id }) => alike.has(id)));
  }
  return found;
}

function matchedPersons(decisions: readonly Decision[]): string[] {
  return decisions.flatMap((decision) => ('candidate' in decision && decision.kind !== 'uncertain' ? [decision.candidate.personId] : []));
}

/**
 * The persons of one picture are different persons, which is noted unless it is known already. Named persons are never merged by
 * themselves: they need no note. A person who is not in memory is new, an unknown.
 */
function newPairs({ mirror }: DraftDeps, personIds: readonly string[]): [string, string][] {
  const isUnknown = (id: string): boolean => {
    const person = mirror.person(id);
    return !person || personStatus(person) === 'unknown';
  };
  return personIds.flatMap((one, index) =>
    personIds
      .slice(index + 1)
      .filter((other) => (isUnknown(one) || isUnknown(other)) && !mirror.notSame(one, other))
      .map((other): [string, string] => [one, other]),
  );
}

/** Two persons of one picture are not the same, nor is one whom a negative excludes. */
function mayBeOf({ mayBe, keptFrom }: Decision & { kind: 'new' }, present: ReadonlySet<string>): string | null {
  return mayBe === null || present.has(mayBe) || keptFrom.includes(mayBe) ? null : mayBe;
}

export interface Draft {
  /** Null if the decisions change nothing. */
  changeset: Changeset | null;
  outcomes: FaceOutcome[];
  /** The number of new persons. */
  enrolled: number;
  /** Whether it only adds references: good to have, but not worth a second attempt. */
  optional: boolean;
}

/** The change that these decisions make, and their outcomes. */
export async function draftChange(
  deps: DraftDeps,
  { snapshotId, faces }: { snapshotId: string; faces: readonly ProbeFace[] },
  decisions: readonly Decision[],
  base: Head,
  signal: AbortSignal,
): Promise<Draft> {
  const change = createChange(base);
  const strangers: (Stranger | undefined)[] = [];
  const present = new Set(matchedPersons(decisions));
  for (const [position, decision] of decisions.entries()) {
    const face = faces[position];
    if (!face) continue;
    const { modelId, embedding, quality, sizePx, crop } = face;
    const addReference = (personId: string): string =>
      change.addFace({ personId, modelId, role: 'reference', embedding, quality, sizePx, snapshotId, position, shows: null, crop });
    const reference = await newReference(deps, face, decision, signal);
    if (reference) {
      addReference(reference.personId);
      if (reference.evict !== null) change.removeFace(reference.evict);
    }
    if (decision.kind === 'new') {
      const { id: personId } = change.createUnknown(mayBeOf(decision, present));
      strangers[position] = { personId, faceId: addReference(personId) };
      for (const other of decision.keptFrom) change.setPair(other, personId, false);
    }
    const shown = strangers[position]?.personId ?? ('candidate' in decision ? decision.candidate.personId : null);
    if (shown !== null) for (const negative of await negativesOf(deps, face, decision, signal)) change.setShows(negative, shown);
  }
  const made = strangers.flatMap((stranger) => stranger?.personId ?? []);
  const pairs = newPairs(deps, [...present, ...made]);
  for (const [one, other] of pairs) change.setPair(one, other, false);
  const outcomes = decisions.map((decision, index): FaceOutcome => {
    const stranger = strangers[index];
    return stranger
      ? { decision: 'unknown', similarity: null, ...stranger, evidence: decision.evidence }
      : faceOutcome(decision, strangers);
  });
  return { changeset: change.changeset(), outcomes, enrolled: made.length, optional: made.length + pairs.length === 0 };
}
