import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import type { ComparableFace } from '@watchpost/gallery/questions';
import type { FaceRef, VisitBody } from '../visit.ts';

/** A face of a visit that can be told apart from others. */
export interface SeenFace {
  face: ComparableFace;
  ref: FaceRef;
  takenAtMs: number;
}

/** How well a face can be seen: clear ones before large ones, and beyond this size larger is no better. */
const largePx = 100;
export const ratingOf = ({ quality, sizePx }: Pick<ComparableFace, 'quality' | 'sizePx'>): number =>
  quality * Math.min(1, sizePx / largePx);

/** Which face a reference names, as a key. */
export const keyOf = ({ snapshotId, position }: FaceRef): string => `${snapshotId} ${position}`;

/** A stranger's face of this size becomes an unknown, if it is clear. Smaller ones are far away. */
const nearFromPx = defaultDecisionSettings.enroll.minSizePx;

/** Whether nobody can tell it from another one. What a reader called no face is none of these. */
export const cannotBeTold = ({ decision, saidBy }: ComparableFace): boolean => decision === 'unrecognisable' && saidBy === null;

/** The faces of a visit that can be told apart, by time and from left to right. What a reader called no face is none. */
export function seenFaces({ snapshots }: Pick<VisitBody, 'snapshots'>, faces: ReadonlyMap<string, readonly ComparableFace[]>): SeenFace[] {
  return snapshots.flatMap(({ snapshotId, takenAtMs }) =>
    [...(faces.get(snapshotId) ?? [])]
      .filter(({ decision }) => decision !== 'unrecognisable')
      .sort((a, b) => a.box.x - b.box.x)
      .map((face) => ({ face, ref: { snapshotId, position: face.position }, takenAtMs })),
  );
}

/** The faces that nobody can tell apart, in the snapshot with most of them. */
export function untold(faces: ReadonlyMap<string, readonly ComparableFace[]>): { tooFar: number; tooUnclear: number } {
  let most = { tooFar: 0, tooUnclear: 0 };
  for (const inSnapshot of faces.values()) {
    const all = inSnapshot.filter((face) => cannotBeTold(face));
    const tooFar = all.filter(({ sizePx }) => sizePx < nearFromPx).length;
    if (all.length > most.tooFar + most.tooUnclear) most = { tooFar, tooUnclear: all.length - tooFar };
  }
  return most;
}
