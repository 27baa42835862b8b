import type { PersonStatus } from '@watchpost/gallery/domain';
import { z } from 'zod';
import { fromCursor, toCursor } from '../../people/cursor.ts';
import { createOrdered, indexAfter, type Placed } from '../../people/ordered.ts';
import { personRow, tallyNow } from '../../people/person-row.ts';
import type { ShownParts } from '../../people/shown-to.ts';
import type { Tally } from '../../people/tally.ts';
import type { PeoplePage, peopleQuerySchema } from './schema.ts';

type Asked = z.output<typeof peopleQuerySchema>;

const placeSchema = z.tuple([z.number(), z.string(), z.string()]);

/** Pages of everybody, from memory: only when those of a page were last seen is asked of the database. */
export function createPeoplePage(tally: Tally): (asked: Asked, parts: ShownParts, signal: AbortSignal) => Promise<PeoplePage> {
  const ordered = createOrdered();
  return async ({ q, status, sort, cursor, limit }, parts, signal) => {
    const { mirror } = parts;
    const tallied = await (sort === 'often' ? tally.counted(signal) : tally.now(signal));
    const all = ordered(sort, parts, tallied);
    const counts = countsOf(all);
    const wanted = q.trim() === '' ? all : ranked(all, mirror.search(q));
    const found = status === 'all' ? wanted : wanted.filter((each) => each.status === status);
    const after = fromCursor(cursor, placeSchema);
    const from = after ? indexAfter(found, { rank: after[0], text: after[1], id: after[2] }) : 0;
    const page = found.slice(from, from + limit);
    const last = page.at(-1);
    const persons = page.flatMap(({ id }) => mirror.person(id) ?? []);
    const now = await tallyNow(parts, persons, tallied, signal);
    const items = persons.map((person) => personRow(mirror, person, now));
    const next = last && from + limit < found.length ? toCursor([last.rank, last.text, last.id]) : null;
    return { items, next, counts, found: found.length };
  };
}

/** Who fits best comes first; of those who fit equally, in the order of all. */
function ranked(all: readonly Placed[], groups: readonly { ids: string[] }[]): Placed[] {
  const fit = new Map(groups.flatMap(({ ids }, index) => ids.map((id) => [id, index] as const)));
  const found = all.flatMap((each, index) => {
    const group = fit.get(each.id);
    return group === undefined ? [] : [{ ...each, rank: group * all.length + index, text: '' }];
  });
  return found.sort((a, b) => a.rank - b.rank);
}

function countsOf(all: readonly Placed[]): PeoplePage['counts'] {
  const counts: Record<PersonStatus, number> = { named: 0, unknown: 0, ignored: 0 };
  for (const { status } of all) counts[status] += 1;
  return { all: all.length, ...counts };
}
