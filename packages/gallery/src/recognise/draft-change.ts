import { createChange } from '../changes/change.ts';
import type { Decision } from '../decide/decide.ts';
import { chooseReferences, type ReferenceSettings } from '../decide/references.ts';
import type { Changeset, Head, Sighting } from '../domain.ts';
import type { ProbeFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';

interface DraftDeps {
  mirror: Mirror;
  references: ReferenceSettings;
}

/** What a decision means for one face: the person and the reference that it was matched to. */
export type FaceOutcome = Pick<Sighting, 'decision' | 'personId' | 'similarity' | 'faceId'>;

/** A new unknown and its first reference. */
interface Stranger {
  personId: string;
  faceId: string;
}

/** `strangers`: the persons created of new faces, by the face's index. */
export function faceOutcome(decision: Decision, strangers: readonly (Stranger | undefined)[]): FaceOutcome {
  if ('candidate' in decision) {
    const { personId, similarity, faceId } = decision.candidate;
    return { decision: decision.kind, personId, similarity, faceId };
  }
  if ('sameAs' in decision) {
    return { decision: 'uncertain', personId: strangers[decision.sameAs]?.personId ?? null, similarity: null, faceId: null };
  }
  return { decision: 'unrecognisable', personId: null, similarity: null, faceId: null };
}

/** Whether these decisions add a person or a reference. */
export function needsChange(deps: DraftDeps, faces: readonly ProbeFace[], decisions: readonly Decision[]): boolean {
  return decisions.some((decision, index) => {
    const face = faces[index];
    return decision.kind === 'new' || (face !== undefined && newReference(deps, face, decision) !== null);
  });
}

/** The person that a recognised face becomes a reference of, and the reference that it replaces; null if it is not kept. */
function newReference(
  { mirror, references }: DraftDeps,
  face: ProbeFace,
  decision: Decision,
): { personId: string; evict: string | null } | null {
  if (!('candidate' in decision) || !decision.addReference) return null;
  const { personId } = decision.candidate;
  const existing = mirror.references(personId, face.modelId);
  const known = mirror.facesOf(personId).filter(({ role, modelId }) => role === 'reference' && modelId === face.modelId);
  // With paging some vectors may have been evicted since they were loaded: a full set is not changed by looking at a part of it.
  if (known.length >= references.cap && existing.length < known.length) return null;
  const { add, evict } = chooseReferences(existing, { vector: face.embedding, quality: face.quality }, references);
  return add ? { personId, evict } : null;
}

/** The change that these decisions make, null if none, and their outcomes. `enrolled`: the number of new persons. */
export function draftChange(
  deps: DraftDeps,
  snapshotId: string,
  faces: readonly ProbeFace[],
  decisions: readonly Decision[],
  base: Head,
): { changeset: Changeset | null; outcomes: FaceOutcome[]; enrolled: number } {
  const change = createChange(base);
  const strangers: (Stranger | undefined)[] = [];
  const addReference = ({ modelId, embedding, quality, sizePx, crop }: ProbeFace, personId: string): string =>
    change.addFace({ personId, modelId, role: 'reference', embedding, quality, sizePx, snapshotId, crop });
  for (const [index, decision] of decisions.entries()) {
    const face = faces[index];
    if (!face) continue;
    const reference = newReference(deps, face, decision);
    if (reference) {
      addReference(face, reference.personId);
      if (reference.evict !== null) change.removeFace(reference.evict);
    }
    if (decision.kind !== 'new') continue;
    const { id: personId } = change.createUnknown();
    strangers[index] = { personId, faceId: addReference(face, personId) };
  }
  const outcomes = decisions.map((decision, index): FaceOutcome => {
    const stranger = strangers[index];
    return stranger ? { decision: 'unknown', similarity: null, ...stranger } : faceOutcome(decision, strangers);
  });
  return { changeset: change.changeset(), outcomes, enrolled: strangers.filter(Boolean).length };
}
