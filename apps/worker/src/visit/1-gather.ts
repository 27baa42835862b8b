import { viewVisit, type FacesSeen } from '@watchpost/visits/view-visits';
import { AppError } from '@watchpost/shared/errors';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import { reportedIn } from '@watchpost/visits/reported';
import { verdictOf } from '@watchpost/visits/verdict';
import type { Visit, VisitBody } from '@watchpost/visits/visit';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import type { VisitView } from '@watchpost/visits/visit-view';
import type { Blur } from './blur.ts';

export interface GatherDeps {
  visits: Visits;
  gallery: Gallery;
  questions: GalleryQuestions;
  cameras: Cameras;
  /** Whose faces are made unrecognisable. Absent: nobody's. */
  blur?: Blur;
}

/** A visit with who was there, as the gallery says now. */
export interface Gathered {
  /** With the numbers and the verdict that follow from it, stored. */
  visit: Visit;
  /** What the visit's verdict was before. */
  before: Visit['verdict'];
  /** The revision that all of this was made of. */
  revision: number;
  /** Up to which change of the gallery this tells. */
  version: number;
  view: VisitView;
  faces: FacesSeen;
  blur: Blur;
}

/** Reads who was in a visit, and stores what follows: numbers, persons, and whether it is posted. */
export async function gather(visitId: string, deps: GatherDeps, signal: AbortSignal): Promise<Gathered> {
  const { visits, gallery, questions, cameras } = deps;
  // Another worker may have met these people, or a reader named them, a moment ago.
  const { version } = await questions.changedSince(0, signal);
  await gallery.reached({ epoch: gallery.position().epoch, version }, signal);
  const visit = await visits.get(visitId, signal);
  if (!visit) throw missing();
  const { view: everybody, faces, numbers, persons, asked } = await viewVisit(visit, questions, signal);
  const settings = cameras.settingsOf(visit.channel, visit.camera);
  const { view, told } = reportedIn(everybody, visit, settings.policy);
  const posted = await visits.lastPosted(visit, { sinceMs: view.toMs - settings.cooldownMs, beforeMs: view.toMs }, signal);
  const others = posted.filter(({ id }) => id !== visit.id);
  const verdict = verdictOf({ visit, view: everybody, settings, timeZone: cameras.timeZone(), posted: others });
  const gathered = { before: visit.verdict, revision: visit.revision, version, view, faces, blur: deps.blur ?? 'off' };
  const named = [...new Set([...(visit.named ?? []), ...namedIn(view), ...visit.said.map(({ notPerson }) => notPerson)])];
  const drawn = await forgottenOf(named, gallery, signal);
  // The text may ask about them; no picture does.
  const forgotten = new Set([...drawn, ...(await forgottenOf(visit.asked, gallery, signal))]);
  const found = { numbers, persons, asked, verdict, told, named: named.filter((id) => !forgotten.has(id)) };
  const { numbers: n, persons: p, asked: a, verdict: v, told: t = [], named: ever = [] } = visit;
  if (forgotten.size === 0 && sameJson(found, { numbers: n, persons: p, asked: a, verdict: v, told: t, named: ever }))
    return { ...gathered, visit };
  const stored = await changeVisit(visits, visitId, (now) => ({ ...forgetting(now, forgotten, drawn.size > 0), ...found }), signal);
  if (!stored) throw missing();
  return { ...gathered, visit: stored };
}

const namedIn = ({ visitors }: VisitView): string[] =>
  visitors.flatMap(({ person, standing }) => (person && standing === 'named' ? person.id : []));

async function forgottenOf(personIds: readonly string[], gallery: Gallery, signal: AbortSignal): Promise<Set<string>> {
  const forgotten = new Set<string>();
  for (const id of personIds) if ((await gallery.person(id, signal)) === null) forgotten.add(id);
  return forgotten;
}

/** Without what was said about people who are forgotten. `drawn`: their names may be on the pictures, too. */
function forgetting(visit: Visit, forgotten: ReadonlySet<string>, drawn: boolean): VisitBody {
  if (forgotten.size === 0) return visit;
  // Where there is no post, nothing shows them.
  const isShown = visit.post !== null && visit.post.progress?.state !== 'gone';
  const forgets = isShown ? [...new Set([...(visit.forgets ?? []), ...forgotten])] : [];
  const said = visit.said.filter(({ notPerson }) => !forgotten.has(notPerson));
  return { ...visit, lastChange: null, said, forgets, ...(drawn && { picturesGo: true }) };
}

/** Whether somebody in the visit was changed since this was gathered: who follows the changes cannot see a post that is not there yet. */
export async function isOutOfDate({ visit, version }: Gathered, { questions }: GatherDeps, signal: AbortSignal): Promise<boolean> {
  const concerned = new Set([...visit.persons, ...(visit.asked ?? [])]);
  const { personIds } = await questions.changedSince(version, signal);
  return personIds.some((id) => concerned.has(id));
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

const missing = (): AppError => new AppError('visit-missing', 'there is no such visit: it has expired, or a restore has taken it away');

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
