import { personStatus, type PersonStatus, type StoredPerson } from '@watchpost/gallery/domain';
import { nameKey } from '@watchpost/gallery/names';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import type { ShownParts } from './shown-to.ts';
import { tallyOf, type PartlyTallied } from './tally.ts';

export const orders = ['name', 'seen', 'often'] as const;
export type Order = (typeof orders)[number];

/** A person's place in a list. Lists are sorted by `rank`, then by `text`, then by id. */
export interface Placed {
  id: string;
  status: PersonStatus;
  rank: number;
  text: string;
}

/** Where a page ended: those after it follow, even if the one that it names is gone. */
export type Place = Pick<Placed, 'id' | 'rank' | 'text'>;

/** Named persons come first, then unknowns, then those who are ignored. */
const groups = { named: 0, unknown: 1, ignored: 2 } as const;
const groupSize = 1e12;

/** All persons in each order, with the names that are shown; by how often they were seen only once they are counted. Kept until the gallery or the tally changes. */
export function createOrdered(): (order: Order, parts: Pick<ShownParts, 'mirror' | 'view'>, tallied: PartlyTallied) => Placed[] {
  const views = new WeakMap<object, Map<Order, { key: string; placed: Placed[] }>>();
  return (order, { mirror, view }, tallied) => {
    const kept = views.get(view) ?? new Map<Order, { key: string; placed: Placed[] }>();
    views.set(view, kept);
    const { epoch, version } = mirror.head;
    // By name, nothing depends on when anybody was seen.
    const key = `${epoch} ${String(version)} ${order === 'name' ? '' : String(tallied.reading)}`;
    const known = kept.get(order);
    if (known?.key === key) return known.placed;
    const placed = mirror.persons().map((person) => placeOf(order, person, mirror, tallied));
    placed.sort(compare);
    kept.set(order, { key, placed });
    return placed;
  };
}

function placeOf(order: Order, person: StoredPerson, mirror: GalleryParts['mirror'], { lastSeen, counts }: PartlyTallied): Placed {
  const status = personStatus(person);
  const { id } = person;
  if (order === 'name') {
    const number = status === 'unknown' ? (person.number ?? 0) : 0;
    return { id, status, rank: groups[status] * groupSize + number, text: status === 'unknown' ? '' : sortKey(person) };
  }
  const { sightings, last } = tallyOf({ lastSeen, counts: counts ?? new Map() }, mirror.idsOf(id));
  return { id, status, rank: order === 'seen' ? -(last?.atMs ?? 0) : -sightings, text: '' };
}

/** By the plain letters of the name: a language's own rules would take twenty times as long. */
function sortKey(person: StoredPerson): string {
  const known = sortKeys.get(person);
  if (known !== undefined) return known;
  const key = nameKey(person.name).normalize('NFD').replaceAll(/\p{M}/gu, '');
  sortKeys.set(person, key);
  return key;
}
const sortKeys = new WeakMap<StoredPerson, string>();

/** The order of places. */
export function compare(one: Place, other: Place): number {
  if (one.rank !== other.rank) return one.rank - other.rank;
  if (one.text !== other.text) return one.text < other.text ? -1 : 1;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** The index of the first that follows this place in a sorted list. */
export function indexAfter(placed: readonly Placed[], place: Place): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = placed[middle];
    if (at && compare(at, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
