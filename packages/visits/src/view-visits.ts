import type { ComparableFace, GalleryQuestions } from '@watchpost/gallery/questions';
import { compose, type Composed } from './compose.ts';
import type { Visit } from './visit.ts';
import type { VisitView } from './visit-view.ts';

type Questions = Pick<GalleryQuestions, 'seenIn' | 'alike'>;

/** The faces of some snapshots as they are known now, by the snapshot's id. */
export type FacesSeen = ReadonlyMap<string, readonly ComparableFace[]>;

/** A visit with who was there, as the gallery says now. */
export interface ViewedVisit {
  visit: Visit;
  view: VisitView;
}

/** Visits whose faces are read in one query. */
const atOnce = 20;

/** Who was in a visit, as the gallery says now. Rejects as GalleryQuestions. */
export async function viewVisit(visit: Visit, questions: Questions, signal: AbortSignal): Promise<Composed & { faces: FacesSeen }> {
  const faces = await questions.seenIn(snapshotsOf(visit), signal);
  return { ...compose(visit, faces, (one, other) => questions.alike(one, other)), faces };
}

/** Who was in each of these visits. Rejects as GalleryQuestions. */
export async function viewVisits(visits: readonly Visit[], questions: Questions, signal: AbortSignal): Promise<ViewedVisit[]> {
  const viewed: ViewedVisit[] = [];
  for (let from = 0; from < visits.length; from += atOnce) {
    const some = visits.slice(from, from + atOnce);
    const faces = await questions.seenIn(some.flatMap(snapshotsOf), signal);
    viewed.push(...some.map((visit) => ({ visit, view: compose(visit, faces, (one, other) => questions.alike(one, other)).view })));
  }
  return viewed;
}

const snapshotsOf = ({ snapshots }: Visit): string[] => snapshots.map(({ snapshotId }) => snapshotId);
