import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Feeds } from '@watchpost/feeds/feed';
import { endOf, type Visits } from '@watchpost/visits/visits';
import { forgetOnAbsent, hasAbsent } from './absent-boards.ts';
import type { PublishVisit } from './publish-visit.ts';

export interface TellBoardsDeps {
  documents: DocumentStore;
  feeds: Pick<Feeds, 'all' | 'get'>;
  visits: Pick<Visits, 'withPersons'>;
  publishVisit: PublishVisit;
}

/**
 * Has boards say anew who was in visits that show a person who was changed or forgotten, where the post in the channel is too old to be
 * edited: those that are edited tell the boards themselves. What was on boards that are not in the file goes: nobody says it anew there.
 */
export async function tellBoards(personIds: readonly string[], editedMs: number, deps: TellBoardsDeps, signal: AbortSignal): Promise<void> {
  const { documents, feeds, visits, publishVisit } = deps;
  if (personIds.length === 0) return;
  const areAbsent = await hasAbsent(deps, signal);
  if (!areAbsent && !feeds.all().some(({ source }) => source === 'visits')) return;
  const nowMs = await databaseNow(documents, signal);
  for (const visit of await visits.withPersons(personIds, 0, signal)) {
    if (areAbsent) await forgetOnAbsent(visit, deps, signal);
    if (endOf(visit) <= nowMs - editedMs) await publishVisit(visit, `told-${String(nowMs)}`);
  }
}
