import type { BoardPeople } from '@watchpost/feeds/feed';
import type { Visitor, VisitView } from '@watchpost/visits/visit-view';

/** Who of a visit is on a board. */
export interface BoardVisitors {
  /** By number. */
  shown: readonly Visitor[];
  /** Only counted, and unrecognisable on the picture. */
  blurred: readonly Visitor[];
}

/** Who of a visit a board shows. Whoever nobody can name counts as unknown. Pure. */
export function whoIsShown({ visitors }: Pick<VisitView, 'visitors'>, people: BoardPeople): BoardVisitors {
  const fate = ({ standing }: Visitor): BoardPeople['unknown'] => {
    if (standing === 'named') return 'show';
    return standing === 'ignored' ? people.ignored : people.unknown;
  };
  return {
    shown: visitors.filter((visitor) => fate(visitor) === 'show'),
    blurred: visitors.filter((visitor) => fate(visitor) === 'blur'),
  };
}

/** What a board calls somebody whom it shows. */
export const calledOnBoard = ({ person }: Pick<Visitor, 'person'>): string => person?.name ?? 'Somebody';
