import { decide, type Decision, type DecisionSettings } from '../decide/decide.ts';
import { presentDecision } from '../decide/present-decision.ts';
import { thresholdsAt } from '../decide/thresholds.ts';
import { dot as cosine } from '@watchpost/shared/vectors';
import type { ReferenceSettings } from '../decide/references.ts';
import { personStatus, type Sighting, type SnapshotSightings } from '../domain.ts';
import type { Transact } from '../changes/transact.ts';
import type { Gallery, MatchedFace, ProbeFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { PageIn } from '../memory/paging/page-in.ts';
import type { Sync } from '../memory/sync.ts';
import type { GalleryMetrics } from '../metrics.ts';
import type { SightingStore } from '../store.ts';
import { draftChange, needsChange, faceOutcome, type FaceOutcome } from './draft-change.ts';

export interface RecogniseDeps {
  mirror: Mirror;
  sync: Sync;
  transact: Transact;
  sightings: SightingStore;
  metrics: GalleryMetrics;
  decision: DecisionSettings;
  references: ReferenceSettings;
  /** Where memory holds only some of the vectors: loads those that the faces are compared with. */
  pageIn?: PageIn | undefined;
}

/** `Gallery.recognise`. */
export function createRecognise(deps: RecogniseDeps): Gallery['recognise'] {
  const { mirror, sync, transact, sightings, metrics } = deps;

  const decideAll = (faces: readonly ProbeFace[]): Decision[] => {
    const ranked = faces.map((face) => {
      const startMs = performance.now();
      const { uncertain } = thresholdsAt(face.sizePx, deps.decision.thresholds);
      const candidates = mirror.candidates(face.embedding, face.modelId, { margin: deps.decision.margin, least: uncertain });
      metrics.matchSeconds.observe((performance.now() - startMs) / 1_000);
      return { quality: face.quality, sizePx: face.sizePx, candidates };
    });
    return decide(
      ranked,
      (i, j) => similarity(faces[i], faces[j]),
      deps.decision,
      () => false,
    );
  };

  /** Decides from memory. If that would change the gallery, decides again on top of everything committed until the commit succeeds. */
  const decideAndCommit = async (snapshotId: string, faces: readonly ProbeFace[], signal: AbortSignal): Promise<FaceOutcome[]> => {
    const decisions = decideAll(faces);
    if (!needsChange(deps, faces, decisions)) return decisions.map((decision) => faceOutcome(decision, []));
    const { outcomes, enrolled } = await transact((base) => {
      const draft = draftChange(deps, snapshotId, faces, decideAll(faces), base);
      // One more reference is good to have, but not worth a retry.
      return { changeset: draft.changeset, result: draft, optional: draft.enrolled === 0 };
    }, signal);
    metrics.enrolled.inc(enrolled);
    return outcomes;
  };

  return async (snapshot, faces, signal) => {
    if (faces.length === 0) return [];
    const before = await sightings.find(snapshot.snapshotId, signal);
    await sync.ready(signal);
    if (before) return answers(mirror, await sightings.record(before, signal));
    await deps.pageIn?.(faces, signal);
    const outcomes = await decideAndCommit(snapshot.snapshotId, faces, signal);
    for (const { decision } of outcomes) metrics.decisions.inc({ decision });
    const seen = faces.map(({ box, modelId, quality, sizePx, embedding }, index): Sighting => ({
      box,
      modelId,
      quality,
      sizePx,
      embedding,
      ...(outcomes[index] ?? { decision: 'unrecognisable', personId: null, similarity: null, faceId: null }),
    }));
    return answers(mirror, await sightings.record({ ...snapshot, faces: seen }, signal));
  };
}

function similarity(one: ProbeFace | undefined, other: ProbeFace | undefined): number {
  return one && other && one.modelId === other.modelId ? cosine(one.embedding, other.embedding) : -1;
}

/** Sightings as answers, with the persons' present names and status. */
function answers(mirror: Mirror, { faces }: SnapshotSightings): MatchedFace[] {
  return faces.map(({ decision, personId, similarity }): MatchedFace => {
    const stored = personId === null ? null : mirror.person(personId);
    const person = stored && { id: stored.id, status: personStatus(stored), name: stored.name };
    return { decision: presentDecision(decision, person?.status ?? null), person, similarity };
  });
}
