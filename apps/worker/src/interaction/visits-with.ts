import type { Visitor } from '@watchpost/visits/visit-view';
import { viewVisits, type ViewedVisit } from '@watchpost/visits/view-visits';
import type { DeedDeps } from './deps.ts';

/** Visits looked at before it is known whether more are needed. */
const chunk = 20;

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
  deps: Pick<DeedDeps, 'visits' | 'questions'>,
  signal: AbortSignal,
): Promise<{ found: ViewedVisit[]; isMore: boolean }> {
  const wanted = new Set(personIds);
  const known = (await deps.visits.withPersons(personIds, sinceMs, signal)).filter(({ id }) => id !== except);
  const found: ViewedVisit[] = [];
  for (let from = 0; from < known.length && found.length <= most; from += chunk) {
    const views = await viewVisits(known.slice(from, from + chunk), deps.questions, signal);
    found.push(...views.filter(({ view }) => view.visitors.some((visitor) => isOneOf(visitor, wanted))));
  }
  return { found: found.slice(0, most), isMore: found.length > most };
}
