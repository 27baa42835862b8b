import { randomUUID } from 'node:crypto';
import { decide, type Decision, type DecisionSettings } from './decide/decide.ts';
import type { ProbeFace, MatchedFace, SnapshotInfo } from './gallery.ts';
import type { GalleryMetrics } from './metrics.ts';
import type { Sighting, SightingStore, SnapshotSightings } from './store.ts';
import type { Mirror } from './memory/mirror.ts';
import type { PageIn } from './memory/page-in.ts';
import { personStatus, unknownName, type Changeset, type FaceChange, type Head } from './domain.ts';
import { chooseReferences, cosine, type ReferenceSettings } from './decide/references.ts';
import type { Sync } from './memory/sync.ts';
import type { Transact } from './changes/transact.ts';

export interface RecogniseDeps {
  mirror: Mirror;
  sync: Sync;
  transact: Transact;
  sightings: SightingStore;
  metrics: GalleryMetrics;
  decision: DecisionSettings;
  references: ReferenceSettings;
  /** Where memory does not hold all vectors: brings in those that these faces are compared with. */
  pageIn?: PageIn | undefined;
}

/** A decision with the person and face that it stands for. */
type Settled = Pick<Sighting, 'decision' | 'personId' | 'similarity' | 'faceId'>;

/** `Gallery.recognise`. */
export function createRecognise(deps: RecogniseDeps) {
  const { mirror, sync, transact, sightings, metrics } = deps;

  const decideAll = (faces: readonly ProbeFace[]): Decision[] => {
    const questions = faces.map((face) => {
      const startMs = performance.now();
      const candidates = mirror.candidates(face.embedding, face.modelId);
      metrics.matchSeconds.observe((performance.now() - startMs) / 1_000);
      return { quality: face.quality, sizePx: face.sizePx, candidates };
    });
    return decide(questions, (i, j) => alike(faces[i], faces[j]), deps.decision);
  };

  /** Decides from memory; where that would change the gallery, decides again on top of everything committed, until it is committed first. */
  const settle = async (snapshotId: string, faces: readonly ProbeFace[], signal: AbortSignal): Promise<Settled[]> => {
    const decisions = decideAll(faces);
    if (!changesGallery(deps, faces, decisions)) return decisions.map((decision) => settled(decision, []));
    const { outcome, strangers } = await transact((base) => {
      const draft = draftChange(deps, snapshotId, faces, decideAll(faces), base);
      // One more reference is worth having, but not worth competing for.
      return { changeset: draft.changeset, result: draft, optional: draft.strangers === 0 };
    }, signal);
    metrics.enrolled.inc(strangers);
    return outcome;
  };

  return async (sighting: SnapshotInfo, faces: readonly ProbeFace[], signal: AbortSignal): Promise<MatchedFace[]> => {
    if (faces.length === 0) return [];
    const before = await sightings.find(sighting.snapshotId, signal);
    await sync.ready(signal);
    if (before) return answers(mirror, await sightings.record(before, signal));
    await deps.pageIn?.(faces, signal);
    const outcome = await settle(sighting.snapshotId, faces, signal);
    for (const { decision } of outcome) metrics.decisions.inc({ decision });
    const seen = faces.map(({ box, modelId, quality, sizePx, embedding }, index): Sighting => ({
      box,
      modelId,
      quality,
      sizePx,
      embedding,
      ...(outcome[index] ?? { decision: 'unrecognisable', personId: null, similarity: null, faceId: null }),
    }));
    return answers(mirror, await sightings.record({ ...sighting, faces: seen }, signal));
  };
}

export type Recognise = ReturnType<typeof createRecognise>;

function alike(one: ProbeFace | undefined, other: ProbeFace | undefined): number {
  return one && other && one.modelId === other.modelId ? cosine(one.embedding, other.embedding) : -1;
}

/** What a decision means for the sighting. `strangers`: the persons made of new faces, by face. */
function settled(decision: Decision, strangers: readonly ({ personId: string; faceId: string } | undefined)[]): Settled {
  if ('candidate' in decision) {
    const { personId, similarity, faceId } = decision.candidate;
    return { decision: decision.kind, personId, similarity, faceId };
  }
  if ('sameAs' in decision) {
    return { decision: 'uncertain', personId: strangers[decision.sameAs]?.personId ?? null, similarity: null, faceId: null };
  }
  return { decision: 'unrecognisable', personId: null, similarity: null, faceId: null };
}

function changesGallery(deps: RecogniseDeps, faces: readonly ProbeFace[], decisions: readonly Decision[]): boolean {
  return decisions.some((decision, index) => {
    const face = faces[index];
    return decision.kind === 'new' || (face !== undefined && referenceChange(deps, face, decision)?.add === true);
  });
}

/** Whether a recognised face is worth keeping as one more reference of its person. */
function referenceChange({ mirror, references }: RecogniseDeps, face: ProbeFace, decision: Decision) {
  if (!('candidate' in decision) || !decision.addReference) return null;
  const { personId } = decision.candidate;
  const existing = mirror.references(personId, face.modelId);
  const known = mirror.facesOf(personId).filter(({ role, modelId }) => role === 'reference' && modelId === face.modelId);
  // Beyond memory some vectors may have been pushed out since they were brought in: a full set is not changed by a part of it.
  if (known.length >= references.cap && existing.length < known.length) return null;
  return chooseReferences(existing, { id: '', vector: face.embedding, quality: face.quality }, references);
}

function draftChange(deps: RecogniseDeps, snapshotId: string, faces: readonly ProbeFace[], decisions: readonly Decision[], base: Head) {
  const changeset: Changeset & { nextNumber: number } = { persons: [], faces: [], nextNumber: base.nextNumber };
  const strangers: ({ personId: string; faceId: string } | undefined)[] = [];
  const nowMs = Date.now();
  const addFace = (face: ProbeFace, personId: string): string => {
    const id = randomUUID();
    const { modelId, embedding, quality, sizePx, crop } = face;
    const set = {
      personId,
      modelId,
      role: 'reference' as const,
      embedding,
      quality,
      sizePx,
      snapshotId,
      createdAtMs: nowMs,
      deleted: false,
    };
    changeset.faces.push({ id, isNew: true, set, crop: crop ?? null });
    return id;
  };
  for (const [index, decision] of decisions.entries()) {
    const face = faces[index];
    if (!face) continue;
    const choice = referenceChange(deps, face, decision);
    if (choice?.add && 'candidate' in decision) {
      addFace(face, decision.candidate.personId);
      if (choice.evict !== null) changeset.faces.push({ id: choice.evict, isNew: false, set: { deleted: true } } satisfies FaceChange);
    }
    if (decision.kind !== 'new') continue;
    const personId = randomUUID();
    const number = changeset.nextNumber;
    changeset.nextNumber += 1;
    const set = { name: unknownName(number), number, aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: nowMs };
    changeset.persons.push({ id: personId, isNew: true, set });
    strangers[index] = { personId, faceId: addFace(face, personId) };
  }
  const outcome = decisions.map((decision, index): Settled => {
    const stranger = strangers[index];
    return stranger ? { decision: 'unknown', similarity: null, ...stranger } : settled(decision, strangers);
  });
  return { changeset: changeset.faces.length > 0 ? changeset : null, outcome, strangers: changeset.persons.length };
}

/** Sightings as answers, with the persons as they are called by now. */
function answers(mirror: Mirror, { faces }: SnapshotSightings): MatchedFace[] {
  return faces.map(({ decision, personId, similarity }): MatchedFace => {
    const stored = personId === null ? null : mirror.person(personId);
    if (!stored) return { decision: decision === 'unrecognisable' ? decision : 'uncertain', person: null, similarity };
    const person = { id: stored.id, status: personStatus(stored), name: stored.name };
    const known = decision === 'match' || decision === 'unknown';
    return { decision: known ? (person.status === 'unknown' ? 'unknown' : 'match') : decision, person, similarity };
  });
}
