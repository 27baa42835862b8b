import { compose } from '@watchpost/visits/compose';
import type { Visit } from '@watchpost/visits/visit';
import type { Visitor, VisitView } from '@watchpost/visits/visit-view';
import type { DeedDeps } from './deps.ts';

type ViewDeps = Pick<DeedDeps, 'visits' | 'questions'>;

export interface ViewedVisit {
  visit: Visit;
  view: VisitView;
}

/** Visits looked at together: their snapshots are one query. */
const chunk = 20;

/** Who was in each of these visits, as the gallery says now. */
export async function viewed(
  visits: readonly Visit[],
  { questions }: Pick<DeedDeps, 'questions'>,
  signal: AbortSignal,
): Promise<ViewedVisit[]> {
  const ids = visits.flatMap(({ snapshots }) => snapshots.map(({ snapshotId }) => snapshotId));
  const seen = await questions.seenIn(ids, signal);
  return visits.map((visit) => {
    const own = visit.snapshots.flatMap(({ snapshotId }) => {
      const faces = seen.get(snapshotId);
      return faces ? [[snapshotId, faces] as const] : [];
    });
    return { visit, view: compose(visit, new Map(own), (one, other) => questions.alike(one, other)).view };
  });
}

/** Whether this visitor surely is one of these persons. */
export function isOneOf({ standing, person }: Visitor, personIds: ReadonlySet<string>): boolean {
  return standing !== 'uncertain' && person !== null && personIds.has(person.id);
}

/**
 * The newest visits that surely show one of these persons, as the gallery says now, whatever their posts say. `isMore`: there may be
 * further ones.
 */
export async function visitsWith(
  personIds: readonly string[],
  { sinceMs, most, except = null }: { sinceMs: number; most: number; except?: string | null },
  deps: ViewDeps,
  signal: AbortSignal,
): Promise<{ found: ViewedVisit[]; isMore: boolean }> {
  const wanted = new Set(personIds);
  const known = (await deps.visits.withPersons(personIds, sinceMs, signal)).filter(({ id }) => id !== except);
  const found: ViewedVisit[] = [];
  for (let from = 0; from < known.length && found.length <= most; from += chunk) {
    const views = await viewed(known.slice(from, from + chunk), deps, signal);
    found.push(...views.filter(({ view }) => view.visitors.some((visitor) => isOneOf(visitor, wanted))));
  }
  return { found: found.slice(0, most), isMore: found.length > most };
}
