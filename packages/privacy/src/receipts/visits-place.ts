import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { clocksApartMs } from '@watchpost/shared/documents/lease';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import type { Visit, VisitBody } from '@watchpost/visits/visit';
import { isRefusedNow, type KnownPosts } from './known-posts.ts';
import type { Place, Subject } from './place.ts';

export interface VisitsPlaceDeps {
  visits: Visits;
  knownPosts: Pick<KnownPosts, 'get'>;
  /** Has the post of a visit, which was written just now, said again without the person. */
  sayAgain: (visit: Visit, signal: AbortSignal) => Promise<void>;
  documents: Pick<DocumentStore, 'get'>;
}

/** Posts that are said again in one round: a channel takes one edit a second. */
const atOnce = 100;
/** Visits without a post that are written at the same time. */
const together = 16;
/** What was to be said again and is not by then is asked for once more, unless the platform refused it a moment ago. Milliseconds. */
const againMs = 10 * 60_000;

/** Visits name persons by random ids; those with a post are rid of them when the post is said again without the name. */
export function visitsPlace({ visits, knownPosts, sayAgain, documents }: VisitsPlaceDeps): Place {
  const found = ({ personIds }: Subject, signal: AbortSignal): Promise<Visit[]> => visits.withPersons(personIds, 0, signal);
  return {
    what: ['visits'],
    count: async (subject, signal) => ({ visits: (await found(subject, signal)).length }),
    erase: async (subject, signal) => {
      const all = await found(subject, signal);
      const silent = all.filter((visit) => !mayShow(visit));
      for (let from = 0; from < silent.length; from += together) {
        const some = silent.slice(from, from + together);
        const empty = (visit: Visit): VisitBody | null => (mayShow(visit) ? null : withoutPersons(visit, subject.personIds));
        await Promise.all(some.map(({ id }) => changeVisit(visits, id, empty, signal)));
      }
      // Whoever is killed before the job is queued does it again later.
      const isMarked = ({ persons, asked, named = [], forgets = [] }: Visit): boolean =>
        [...persons, ...asked, ...named].every((id) => !subject.personIds.includes(id) || forgets.includes(id));
      const nowMs = await databaseNow(documents, signal);
      // What was noted while the clock was ahead holds nobody up.
      const isAskedFor = ({ forgetsSinceMs: sinceMs = 0 }: Visit): boolean =>
        sinceMs >= nowMs - againMs && sinceMs <= nowMs + clocksApartMs;
      const isDue = (visit: Visit): boolean => !isMarked(visit) || !isAskedFor(visit);
      let asked = 0;
      for (const { id } of all.filter((visit) => mayShow(visit) && isDue(visit))) {
        if (asked === atOnce) return;
        const post = await knownPosts.get({ kind: 'visit', id }, signal);
        if (post && isRefusedNow(post, nowMs)) continue;
        asked += 1;
        const marked = await changeVisit(visits, id, (visit) => markedFor(visit, subject.personIds, nowMs), signal);
        if (marked) await sayAgain(marked, signal);
      }
    },
    waitsFor: 'posts are said again one after another, as the platform allows',
  };
}

/** Whether something in the chat shows it, or is about to: also where nobody knows yet whether it was posted. Pure. */
const mayShow = ({ post, upload }: Visit): boolean => (post?.progress != null && post.progress.state !== 'gone') || upload != null;

/** Its job takes them out of the text, and off the pictures: those whom the text only asks about are on none. Pure. */
function markedFor(visit: Visit, personIds: readonly string[], nowMs: number): VisitBody {
  const { persons, named } = visit;
  const isDrawn = named === undefined || [...persons, ...named].some((id) => personIds.includes(id));
  const forgets = [...new Set([...(visit.forgets ?? []), ...personIds])];
  return { ...visit, forgets, forgetsSinceMs: nowMs, ...(isDrawn && { picturesGo: true }) };
}

/** A visit that says nothing more about these persons. Pure. */
export function withoutPersons(visit: Visit, personIds: readonly string[]): VisitBody {
  const isLeft = (id: string): boolean => !personIds.includes(id);
  const { lastChange, said, persons, asked, named = [], forgets = [] } = visit;
  return {
    ...visit,
    persons: persons.filter(isLeft),
    asked: asked.filter(isLeft),
    named: named.filter(isLeft),
    forgets: forgets.filter(isLeft),
    said: said.filter(({ notPerson }) => isLeft(notPerson)),
    lastChange: lastChange?.person != null && !isLeft(lastChange.person) ? null : lastChange,
  };
}
