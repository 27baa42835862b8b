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
      if (found.length >= limit) break;
      const group = ids.flatMap((id) => mirror.person(id) ?? []).map((person) => ({ person, seen: lastSeen.get(person.id) ?? null }));
      const compare = status === 'unknown' ? byNumber : byName;
      group.sort((a, b) => (b.seen?.atMs ?? 0) - (a.seen?.atMs ?? 0) || compare(a.person, b.person));
      found.push(...group.slice(0, limit - found.length).map(({ person, seen }) => showPerson(mirror, person, seen)));
    }
    return found;
  };
}

function byNumber(a: StoredPerson, b: StoredPerson): number {
  return (a.number ?? 0) - (b.number ?? 0);
}

/** Not by the rules of a language: those take ten times as long, and others wait meanwhile. */
function byName(a: StoredPerson, b: StoredPerson): number {
  return a.name < b.name ? -1 : 1;
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
