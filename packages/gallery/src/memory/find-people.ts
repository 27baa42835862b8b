import type { LastSeen, StoredPerson } from '../domain.ts';
import type { Person } from '../gallery.ts';
import type { GalleryQuestions } from '../questions.ts';
import type { SightingStore } from '../store.ts';
import { inSteps } from './concurrency.ts';
import type { Mirror } from './mirror.ts';
import { newestOf, showPerson } from './show-person.ts';
import type { Sync } from './sync.ts';

export interface FindPeopleDeps {
  mirror: Mirror;
  sync: Pick<Sync, 'isReady'>;
  sightings: Pick<SightingStore, 'lastSeen'>;
}

/** When people were last seen is read again after this time, if somebody asks. Milliseconds. */
const seenKeepMs = 20_000;

/** `GalleryQuestions.findPeople`. It never waits: when people were last seen may be as old as the last question. */
export function createFindPeople(deps: FindPeopleDeps, signal: AbortSignal): GalleryQuestions['findPeople'] {
  const { mirror } = deps;
  const seenBy = createSeenBy(deps, signal);
  return (text, limit) => {
    const lastSeen = seenBy();
    const found: Person[] = [];
    for (const { ids, status } of mirror.search(text)) {
      const compare = status === 'unknown' ? byNumber : byName;
      const seenMs = (id: string): number => lastSeen.get(id)?.atMs ?? 0;
      const isBefore = (one: string, other: string): boolean => {
        const later = seenMs(one) - seenMs(other);
        return later === 0 ? compare(mirror.person(one), mirror.person(other)) < 0 : later > 0;
      };
      const best = firstOf(ids, limit - found.length, isBefore);
      for (const person of best.flatMap((id) => mirror.person(id) ?? []))
        found.push(showPerson(mirror, person, lastSeen.get(person.id) ?? null));
      if (found.length >= limit) break;
    }
    return found;
  };
}

/** The first `count` in this order, sorted. Of thousands only some are wanted: to sort all would take ten times as long. */
function firstOf(all: readonly string[], count: number, isBefore: (one: string, other: string) => boolean): string[] {
  const first: string[] = [];
  for (const each of all) {
    const last = first[count - 1];
    if (last !== undefined && !isBefore(each, last)) continue;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(each, first[middle] ?? each)) high = middle;
      else low = middle + 1;
    }
    first.splice(low, 0, each);
    if (first.length > count) first.pop();
  }
  return first;
}

function byNumber(a: StoredPerson | null, b: StoredPerson | null): number {
  return (a?.number ?? 0) - (b?.number ?? 0);
}

/** Not by the rules of a language: those take ten times as long, and others wait meanwhile. */
function byName(a: StoredPerson | null, b: StoredPerson | null): number {
  const [one, other] = [a?.name ?? '', b?.name ?? ''];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** When people were last seen, by their present ids. Read in the background whenever somebody asks and it is old. */
function createSeenBy({ mirror, sync, sightings }: FindPeopleDeps, signal: AbortSignal): () => ReadonlyMap<string, LastSeen> {
  let known: ReadonlyMap<string, LastSeen> = new Map();
  let readMs = -Infinity;
  const read = async (): Promise<void> => {
    const fresh = new Map<string, LastSeen>();
    await inSteps(await sightings.lastSeen(null, signal), ([id, seen]) => {
      const person = mirror.person(id);
      const newest = person && newestOf([seen, ...(fresh.has(person.id) ? [fresh.get(person.id) ?? seen] : [])]);
      if (person && newest) fresh.set(person.id, newest);
    });
    known = fresh;
  };
  return () => {
    const now = performance.now();
    if (now - readMs > seenKeepMs && sync.isReady() && !signal.aborted) {
      readMs = now;
      read().catch(() => {
        // Whoever asks next tries again.
        readMs = -Infinity;
      });
    }
    return known;
  };
}
