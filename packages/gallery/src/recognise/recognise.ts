import { raceAbort } from '@watchpost/shared/wait';
import type { Transact } from '../changes/transact.ts';
import type { Decision } from '../decide/decide.ts';
import type { SnapshotSightings, Sighting } from '../domain.ts';
import type { Gallery, MatchedFace, ProbeFace, SnapshotInfo } from '../gallery.ts';
import type { PageIn } from '../memory/paging/page-in.ts';
import type { Sync } from '../memory/sync.ts';
import type { SightingCrop, SightingStore } from '../store.ts';
import { decideFaces, type DecideFacesDeps } from './decide-faces.ts';
import { draftChange, faceOutcome, needsChange, type DraftDeps, type FaceOutcome } from './draft-change.ts';
import { presentFace } from './present-face.ts';

export interface RecogniseDeps extends DraftDeps, DecideFacesDeps {
  sync: Sync;
  transact: Transact;
  sightings: SightingStore;
  /** Where memory holds only some of the vectors: loads those that the faces are compared with. */
  pageIn?: PageIn | undefined;
}

/** `Gallery.recognise`. */
export function createRecognise(deps: RecogniseDeps): Gallery['recognise'] {
  const { mirror, sync, transact, sightings, metrics } = deps;

  /** Decides from memory. If that would change the gallery, decides again on top of everything committed until the commit succeeds. */
  const decideAndCommit = async (
    { snapshotId, strangersNamedOneIn }: SnapshotInfo,
    faces: readonly ProbeFace[],
    signal: AbortSignal,
  ): Promise<FaceOutcome[]> => {
    const decideAll = (): Decision[] => decideFaces(deps, faces, strangersNamedOneIn);
    const decisions = decideAll();
    if (!(await needsChange(deps, faces, decisions, signal))) return decisions.map((decision) => faceOutcome(decision, []));
    const { outcomes, enrolled } = await transact(async (base) => {
      const draft = await draftChange(deps, { snapshotId, faces }, decideAll(), base, signal);
      return { changeset: draft.changeset, result: draft, optional: draft.optional };
    }, signal);
    metrics.enrolled.inc(enrolled);
    return outcomes;
  };

  const answers = async ({ faces }: SnapshotSightings, signal: AbortSignal): Promise<MatchedFace[]> => {
    // Another process may have decided, or the own change could not be read back.
    if (faces.some(({ personId }) => personId !== null && !mirror.person(personId))) await raceAbort(sync.catchUp(), signal);
    return faces.map((face) => ({ ...presentFace(mirror, face), similarity: face.similarity }));
  };

  return async (info, faces, signal) => {
    if (faces.length === 0) return [];
    const snapshot = storable(info);
    const before = await sightings.find(snapshot.snapshotId, signal);
    await sync.ready(signal);
    if (before) return answers(await sightings.record(before, [], signal), signal);
    await deps.pageIn?.(faces, signal);
    const outcomes = await decideAndCommit(info, faces, signal);
    for (const { decision } of outcomes) metrics.decisions.inc({ decision });
    const seen = faces.map((face, index) => toSighting(face, outcomes[index]));
    // Somebody may have been forgotten since it was decided that the face is theirs: nothing of them is recorded.
    const present = seen.map((face) => (face.personId === null || mirror.person(face.personId) ? face : withoutPerson(face)));
    return answers(await sightings.record({ ...snapshot, faces: present }, cropsToKeep(faces, present), signal), signal);
  };
}

function toSighting({ box, modelId, quality, sizePx, embedding }: ProbeFace, outcome: FaceOutcome | undefined): Sighting {
  const nobody = { decision: 'unrecognisable', personId: null, similarity: null, faceId: null, evidence: null } as const;
  return { box, modelId, quality, sizePx, embedding, ...(outcome ?? nobody), saidBy: null };
}

function withoutPerson(face: Sighting): Sighting {
  return { ...face, decision: 'uncertain', personId: null, faceId: null, evidence: null, embedding: new Float32Array() };
}

/** Those of strangers who wait for a name, and of faces that nobody is sure of. */
function cropsToKeep(faces: readonly ProbeFace[], sightings: readonly Sighting[]): SightingCrop[] {
  return sightings.flatMap(({ decision, embedding }, position) => {
    const jpeg = faces[position]?.crop;
    return jpeg && embedding.length > 0 && (decision === 'unknown' || decision === 'uncertain') ? [{ position, jpeg }] : [];
  });
}

/** Texts come from captions and may hold anything: what is no text for a database (NUL, half of a surrogate pair) is dropped. */
function storable({ snapshotId, takenAtMs, channel, camera }: SnapshotInfo): Omit<SnapshotSightings, 'faces'> {
  const clean = (text: string): string => text.replaceAll(/[\0\p{Cs}]/gu, '');
  return { snapshotId, takenAtMs, channel: clean(channel), camera: camera === null ? null : clean(camera) };
}
