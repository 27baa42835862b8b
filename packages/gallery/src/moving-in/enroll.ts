import { AppError } from '@watchpost/shared/errors';
import { createChange } from '../changes/change.ts';
import type { Transact } from '../changes/transact.ts';
import type { Candidate, DecisionSettings } from '../decide/decide.ts';
import { chooseReferences, type ReferenceSettings } from '../decide/references.ts';
import { createYardstick } from '../decide/yardstick.ts';
import type { Actor, StoredPerson } from '../domain.ts';
import type { ProbeFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { VectorsOf } from '../memory/vectors-of.ts';

export interface EnrollDeps {
  mirror: Mirror;
  transact: Transact;
  vectorsOf: VectorsOf;
  decision: DecisionSettings;
  references: ReferenceSettings;
}

export interface EnrollRequest {
  /** The person's; created if nobody has this name. */
  name: string;
  face: ProbeFace;
  /** Where the face comes from, for the audit: a file's name. */
  source: string;
  /** Accept a face that clearly belongs to another person. */
  force: boolean;
}

export interface Enrolled {
  person: { id: string; name: string; isNew: boolean };
  /** `added`: one more reference. `nothing-new`: the person has a reference as good as this one (the same picture, for example). */
  outcome: 'added' | 'nothing-new';
  /** Cosine to the person's nearest reference before; null if it had none of this model. */
  similarity: number | null;
  /** An unknown that this face clearly belongs to as well: the same person, to be merged. */
  alsoStranger: { id: string; name: string } | null;
  /** The audit entry, by which it is undone; null: nothing was changed. */
  entry: string | null;
}

/**
 * Adds a reference to a person by hand. Rejects with `name-invalid`, `change-refused` (several persons have the name), and
 * `face-of-another` if the face matches another named or ignored person better than this one.
 */
export function createEnroll({ mirror, transact, vectorsOf, decision, references }: EnrollDeps) {
  return ({ name, face, source, force }: EnrollRequest, by: Actor, signal: AbortSignal): Promise<Enrolled> =>
    transact<Enrolled>(async (base) => {
      const { embedding, modelId, quality, sizePx, crop } = face;
      const known = personCalled(mirror, name);
      const candidates = mirror.candidates(embedding, modelId).filter(({ similarity, negative }) => similarity > negative);
      const own = candidates.find(({ personId }) => personId === known?.id) ?? null;
      const { isMatch } = createYardstick(decision, mirror.counts(), { probeSizePx: sizePx });
      const other = nearestOther(candidates, own, isMatch);
      const otherPerson = other && mirror.person(other.personId);
      if (otherPerson && other.status !== 'unknown' && !force) {
        throw new AppError('face-of-another', `the face is ${otherPerson.name}'s (similarity ${other.similarity.toFixed(2)})`);
      }
      const change = createChange(base);
      const person = known ?? change.createPerson(name);
      const existing = await vectorsOf(person.id, modelId, 'reference', signal);
      const { add, evict } = chooseReferences(existing, { vector: embedding, quality }, references);
      const origin = { snapshotId: null, position: null, shows: null };
      if (add) change.addFace({ personId: person.id, modelId, role: 'reference', embedding, quality, sizePx, ...origin, crop });
      if (evict !== null) change.removeFace(evict);
      const audited = add ? change.audited('enroll', by, `${person.name}: a face from ${source}`) : null;
      const result: Enrolled = {
        person: { id: person.id, name: person.name, isNew: known === null },
        outcome: add ? 'added' : 'nothing-new',
        similarity: own?.similarity ?? null,
        alsoStranger: otherPerson && other.status === 'unknown' ? { id: otherPerson.id, name: otherPerson.name } : null,
        entry: audited?.audit.id ?? null,
      };
      return { changeset: audited?.changeset ?? null, result };
    }, signal);
}

/** The person with this name, null if nobody has it. */
function personCalled(mirror: Mirror, name: string): StoredPerson | null {
  const [person, ...others] = mirror.called(name);
  if (others.length > 0) throw new AppError('change-refused', `${others.length + 1} persons are called "${name}"`);
  return person ?? null;
}

/** The nearest candidate if it is another person, and matches. */
function nearestOther(
  candidates: readonly Candidate[],
  own: Candidate | null,
  isMatch: (candidate: Candidate) => boolean,
): Candidate | null {
  const [nearest] = candidates;
  return nearest && nearest.personId !== own?.personId && isMatch(nearest) ? nearest : null;
}

export type Enroll = ReturnType<typeof createEnroll>;
