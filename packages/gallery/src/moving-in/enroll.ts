import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { type Candidate, defaultDecisionSettings, type DecisionSettings } from '../decide/decide.ts';
import type { Actor, ProbeFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import { type Changeset, type FaceChange, type PersonChange, type StoredPerson, validName } from '../domain.ts';
import { chooseReferences, defaultReferenceSettings, type ReferenceSettings } from '../decide/references.ts';
import { bandsAt } from '../decide/thresholds.ts';
import type { Transact } from '../changes/transact.ts';

export interface EnrollDeps {
  mirror: Mirror;
  transact: Transact;
  decision?: DecisionSettings;
  references?: ReferenceSettings;
}

export interface EnrollRequest {
  /** Of the person; made where nobody is called so. */
  name: string;
  face: ProbeFace;
  /** Where it comes from, for the audit: a file's name. */
  source: string;
  /** Also a face that clearly belongs to somebody else. */
  force: boolean;
}

export interface Enrolled {
  person: { id: string; name: string; isNew: boolean };
  /** `added`: one more reference. `nothing-new`: the person is known by a face as good as this one already (the same picture, for example). */
  outcome: 'added' | 'nothing-new';
  /** Cosine to the nearest reference that the person had; null where it had none of this model. */
  similarity: number | null;
  /** The stranger that this face clearly belongs to as well: the same person, to be merged. */
  alsoStranger: { id: string; name: string } | null;
}

/**
 * Gives a person a reference face by hand. Rejects with `name-invalid`, `change-refused` (several persons are called so), and
 * `face-of-another` where the face is above the threshold of another named or ignored person, nearer than to this one.
 */
export function createEnroll({ mirror, transact, decision = defaultDecisionSettings, references = defaultReferenceSettings }: EnrollDeps) {
  return (request: EnrollRequest, by: Actor, signal: AbortSignal): Promise<Enrolled> =>
    transact<Enrolled>(() => {
      const { face } = request;
      const known = personCalled(mirror, request.name);
      const candidates = mirror.candidates(face.embedding, face.modelId).filter(({ similarity, negative }) => similarity > negative);
      const own = candidates.find(({ personId }) => personId === known?.id) ?? null;
      const other = nearestOther(candidates, own, bandsAt(face.sizePx, decision.thresholds).match);
      const whose = other && mirror.person(other.personId);
      if (whose && other.status !== 'unknown' && !request.force) {
        throw new AppError('face-of-another', `the face is ${whose.name}'s (similarity ${other.similarity.toFixed(2)})`);
      }
      const person = known ?? newPerson(request.name);
      const existing = mirror.references(person.id, face.modelId);
      const choice = chooseReferences(existing, { id: '', vector: face.embedding, quality: face.quality }, references);
      const result: Enrolled = {
        person: { id: person.id, name: person.name, isNew: known === null },
        outcome: choice.add ? 'added' : 'nothing-new',
        similarity: own?.similarity ?? null,
        alsoStranger: whose && other.status === 'unknown' ? { id: whose.id, name: whose.name } : null,
      };
      return { changeset: choice.add ? addition(person, known === null, request, choice.evict, by) : null, result };
    }, signal);
}

export type Enroll = ReturnType<typeof createEnroll>;

/** The one person that a name means, null where nobody is called so. */
export function personCalled(mirror: Mirror, name: string): StoredPerson | null {
  const [person, ...others] = mirror.called(name);
  if (others.length > 0) throw new AppError('change-refused', `${others.length + 1} persons are called "${name}"`);
  return person ?? null;
}

export function newPerson(name: string): Omit<StoredPerson, 'version'> {
  const rest = { number: null, aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: Date.now() };
  return { id: randomUUID(), name: validName(name), ...rest };
}

/** Clearly somebody else: above the threshold, and nearer than to the person itself. */
function nearestOther(candidates: readonly Candidate[], own: Candidate | null, match: number): Candidate | null {
  const [nearest] = candidates;
  return nearest && nearest.personId !== own?.personId && nearest.similarity >= match ? nearest : null;
}

function addition(
  { id: personId, ...set }: Omit<StoredPerson, 'version'>,
  isNew: boolean,
  { face, source }: EnrollRequest,
  evicted: string | null,
  actor: Actor,
): Changeset {
  const { modelId, embedding, quality, sizePx, crop } = face;
  const faceId = randomUUID();
  const nowMs = Date.now();
  const fields = { personId, modelId, role: 'reference' as const, embedding, quality, sizePx, snapshotId: null, createdAtMs: nowMs };
  const faces: FaceChange[] = [{ id: faceId, isNew: true, set: { ...fields, deleted: false }, crop: crop ?? null }];
  const back: FaceChange[] = [{ id: faceId, isNew: false, set: { deleted: true } }];
  if (evicted !== null) {
    faces.push({ id: evicted, isNew: false, set: { deleted: true } });
    back.push({ id: evicted, isNew: false, set: { deleted: false } });
  }
  const unmake: PersonChange[] = isNew ? [{ id: personId, isNew: false, set: { deleted: true } }] : [];
  return {
    persons: isNew ? [{ id: personId, isNew: true, set }] : [],
    faces,
    audit: {
      id: randomUUID(),
      action: 'enroll',
      actor,
      atMs: nowMs,
      personIds: [personId],
      summary: `${set.name}: a face from ${source}`,
      inverse: { persons: unmake, faces: back, moveSightings: [] },
      undone: false,
      undoes: null,
      version: 0,
    },
  };
}
