import { changeVisit, type Visits } from '@watchpost/visits/visits';
import type { Visit, VisitBody } from '@watchpost/visits/visit';
import type { Place, Subject } from './place.ts';

export interface VisitsPlaceDeps {
  visits: Visits;
  /** Has the visit's post said again, without the person. */
  sayAgain: (visit: Visit, signal: AbortSignal) => Promise<void>;
}

/** Posts that are said again in one round: a channel takes one edit a second. */
const atOnce = 100;
/** Visits without a post that are written at the same time. */
const together = 16;

/** Visits name persons by random ids; those with a post are rid of them when the post is said again without the name. */
export function visitsPlace({ visits, sayAgain }: VisitsPlaceDeps): Place {
  const found = ({ personIds }: Subject, signal: AbortSignal): Promise<Visit[]> => visits.withPersons(personIds, 0, signal);
  return {
    count: async (subject, signal) => ({ visits: (await found(subject, signal)).length }),
    erase: async (subject, signal) => {
      let said = 0;
      const all = await found(subject, signal);
      const isPosted = ({ post }: Visit): boolean => post?.progress?.state === 'posted';
      const silent = all.filter((visit) => !isPosted(visit));
      for (let from = 0; from < silent.length; from += together) {
        const some = silent.slice(from, from + together);
        await Promise.all(some.map(({ id }) => changeVisit(visits, id, (now) => withoutPersons(now, subject.personIds), signal)));
      }
      for (const visit of all.filter(isPosted)) {
        if (said < atOnce && (visit.shownRevision >= visit.revision || visit.picturesGo !== true)) {
          await sayAgain(visit, signal);
          said += 1;
        }
      }
    },
    waitsFor: 'posts are said again one after another, as the platform allows',
  };
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
