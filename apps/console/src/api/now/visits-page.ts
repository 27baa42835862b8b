import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { Person } from '@watchpost/gallery/gallery';
import { viewVisits, type ViewedVisit } from '@watchpost/visits/view-visits';
import type { Visit } from '@watchpost/visits/visit';
import type { Visitor } from '@watchpost/visits/visit-view';
import { endOf, type Visits } from '@watchpost/visits/visits';
import type { Place } from './place.ts';
import type { VisitKind, VisitOfPage, VisitorOfPage, VisitsPage } from './schema.ts';

export interface VisitsPageDeps {
  visits: Pick<Visits, 'recent'>;
  questions: Pick<GalleryQuestions, 'seenIn' | 'alike'>;
  person: (id: string) => Promise<Person | null>;
  /** A visit is over when nothing was seen for so long, milliseconds. */
  windowMs: (place: Place) => number;
  now: () => number;
}

export interface VisitsWanted {
  place: Place | null;
  kind: VisitKind | null;
  after: string | null;
  limit: number;
}

/** Read at once: their faces come with one query. */
const chunk = 20;
/** Of visits that were looked at for one page: where hardly any is of the kind, the reader asks for more. */
const mostLookedAt = 100;

/** One page of visits, the newest first, with who was there as the gallery says now. Rejects with `gallery-unavailable`. */
export async function visitsPage(wanted: VisitsWanted, deps: VisitsPageDeps, signal: AbortSignal): Promise<VisitsPage> {
  const found: VisitOfPage[] = [];
  let cursor = wanted.after === null ? null : parseCursor(wanted.after);
  for (let lookedAt = 0; lookedAt < mostLookedAt; lookedAt += chunk) {
    const visits = await nextVisits(wanted.place, cursor, deps, signal);
    for (const viewed of await viewVisits(visits, deps.questions, signal)) {
      const page = await toPage(viewed, deps);
      cursor = { atMs: endOf(viewed.visit), id: viewed.visit.id };
      if (!isOfKind(page, wanted.kind)) continue;
      found.push(page);
      if (found.length === wanted.limit) return { items: found, next: cursorText(cursor) };
    }
    if (visits.length < chunk) return { items: found, next: null };
  }
  return { items: found, next: cursor && cursorText(cursor) };
}

interface Cursor {
  atMs: number;
  id: string;
}

const cursorText = ({ atMs, id }: Cursor): string => `${String(atMs)}.${id}`;

/** A cursor that nobody of us made begins at the newest. */
function parseCursor(text: string): Cursor | null {
  const [, atMs, id] = /^(\d{1,16})\.(.+)$/.exec(text) ?? [];
  return id === undefined ? null : { atMs: Number(atMs), id };
}

/** Visits are sorted by their end, then by id, both descending. */
async function nextVisits(place: Place | null, cursor: Cursor | null, { visits }: VisitsPageDeps, signal: AbortSignal): Promise<Visit[]> {
  const range = { ...place, ...(cursor && { beforeMs: cursor.atMs + 1 }) };
  for (let limit = chunk; ; limit *= 4) {
    const read = await visits.recent({ ...range, limit }, signal);
    const rest = cursor ? read.filter((visit) => endOf(visit) < cursor.atMs || visit.id < cursor.id) : read;
    // Many may end in the same millisecond, of which some were on the page before.
    if (rest.length >= chunk || read.length < limit) return rest.slice(0, chunk);
  }
}

async function toPage({ visit, view }: ViewedVisit, deps: VisitsPageDeps): Promise<VisitOfPage> {
  const { id, channel, camera, verdict } = visit;
  const { fromMs, toMs, snapshots, bestSnapshotId, tooFar, tooUnclear } = view;
  const not = new Map<number, { id: string; name: string }[]>();
  for (const { number, notPerson } of visit.said) {
    const person = await deps.person(notPerson);
    if (person) not.set(number, [...(not.get(number) ?? []), { id: person.id, name: person.name }]);
  }
  return {
    id,
    channel,
    camera,
    verdict,
    fromMs,
    toMs,
    snapshots,
    bestSnapshotId,
    tooFar,
    tooUnclear,
    visitors: view.visitors.map((visitor) => toVisitor(visitor, not.get(visitor.number) ?? [])),
    isGoingOn: deps.now() - toMs <= deps.windowMs(visit),
  };
}

function toVisitor(visitor: Visitor, not: VisitorOfPage['not']): VisitorOfPage {
  const { number, standing, person, could, contradictory, similarity, sureness, isNew, saidBy, faces, best, sizePx } = visitor;
  return { number, standing, person, could, contradictory, similarity, sureness, isNew, saidBy, faces: faces.length, best, sizePx, not };
}

function isOfKind({ visitors, tooFar, tooUnclear }: VisitOfPage, kind: VisitKind | null): boolean {
  if (kind === null) return true;
  if (kind === 'unsure') return visitors.some(({ standing }) => standing === 'uncertain') || tooFar + tooUnclear > 0;
  return visitors.some(({ standing }) => standing === kind);
}
