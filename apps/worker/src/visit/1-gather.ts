import { AppError } from '@watchpost/shared/errors';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import { verdictOf } from '@watchpost/visits/verdict';
import type { Visit, VisitBody } from '@watchpost/visits/visit';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import type { VisitView } from '@watchpost/visits/visit-view';
import { viewVisit, type FacesSeen } from '../view-visits.ts';

export interface GatherDeps {
  visits: Visits;
  gallery: Gallery;
  questions: GalleryQuestions;
  cameras: Cameras;
}

/** A visit with who was there, as the gallery says now. */
export interface Gathered {
  /** With the numbers and the verdict that follow from it, stored. */
  visit: Visit;
  /** What the visit's verdict was before. */
  before: Visit['verdict'];
  /** The revision that all of this was made of. */
  revision: number;
  view: VisitView;
  faces: FacesSeen;
}

/** Reads who was in a visit, and stores what follows: numbers, persons, and whether it is posted. */
export async function gather(visitId: string, deps: GatherDeps, signal: AbortSignal): Promise<Gathered> {
  const { visits, gallery, questions, cameras } = deps;
  // Another worker may have met these people, or a reader named them, a moment ago.
  const { version } = await questions.changedSince(0, signal);
  await gallery.reached({ epoch: gallery.position().epoch, version }, signal);
  const visit = await visits.get(visitId, signal);
  if (!visit) throw missing();
  const { view, faces, numbers, persons, asked } = await viewVisit(visit, questions, signal);
  const settings = cameras.settingsOf(visit.channel, visit.camera);
  const posted = await visits.lastPosted(visit, { sinceMs: view.toMs - settings.cooldownMs, beforeMs: view.toMs }, signal);
  const others = posted.filter(({ id }) => id !== visit.id);
  const verdict = verdictOf({ visit, view, settings, timeZone: cameras.timeZone(), posted: others });
  const gathered = { before: visit.verdict, revision: visit.revision, view, faces };
  if (sameJson([numbers, persons, asked, verdict], [visit.numbers, visit.persons, visit.asked, visit.verdict]))
    return { ...gathered, visit };
  const stored = await changeVisit(visits, visitId, (now) => ({ ...now, numbers, persons, asked, verdict }), signal);
  if (!stored) throw missing();
  return { ...gathered, visit: stored };
}

/** Changes a visit that there must be. */
export async function change(
  { visits }: Pick<GatherDeps, 'visits'>,
  visitId: string,
  edit: (visit: Visit) => VisitBody,
  signal: AbortSignal,
): Promise<Visit> {
  const changed = await changeVisit(visits, visitId, edit, signal);
  if (!changed) throw missing();
  return changed;
}

const missing = (): AppError => new AppError('visit-missing', 'there is no such visit: it has expired');

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
