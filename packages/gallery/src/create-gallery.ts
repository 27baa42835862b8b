import type { FollowedDatabase } from '@watchpost/shared/documents/follow-database';
import { AppError } from '@watchpost/shared/errors';
import { pause, raceAbort, throwIfAborted, within } from '@watchpost/shared/wait';
import type { LastSeen, StoredPerson } from './domain.ts';
import type { Gallery, Person } from './gallery.ts';
import type { GalleryPosition } from './position.ts';
import type { Mirror } from './memory/mirror.ts';
import { inSteps, sortInSteps } from './memory/concurrency.ts';
import { newestOf, showPerson } from './memory/show-person.ts';
import { nameKey } from './names.ts';
import type { Sync } from './memory/sync.ts';
import type { SightingStore } from './store.ts';

export interface GalleryDeps {
  mirror: Mirror;
  sync: Sync;
  sightings: SightingStore;
  followed: Pick<FollowedDatabase, 'isNewer'>;
  recognise: Gallery['recognise'];
  explain: Gallery['explain'];
  close: () => Promise<void>;
}

/** The gallery over any database. */
export function createGallery({ mirror, sync, sightings, followed, recognise, explain, close }: GalleryDeps): Gallery {
  const show = (stored: StoredPerson, ids: readonly string[], lastSeen: Map<string, LastSeen>): Person =>
    showPerson(mirror, stored, newestOf(ids.flatMap((id) => lastSeen.get(id) ?? [])));

  return {
    ready: (signal) => untilReady(sync, signal),
    isReady: () => sync.isReady(),
    isOutdated: () => followed.isNewer() || sync.failure()?.error.code === 'database-newer',
    recognise,
    position: () => ({ epoch: mirror.head.epoch, version: mirror.head.version }),
    reached: async (position, signal) => untilReached(position, { mirror, sync }, signal),
    explain,
    people: async (signal) => {
      await sync.ready(signal);
      const lastSeen = await sightings.lastSeen(null, signal);
      const persons: Person[] = [];
      await inSteps(mirror.persons(), (stored) => persons.push(show(stored, mirror.idsOf(stored.id), lastSeen)));
      return inOrder(persons);
    },
    person: async (id, signal) => {
      await sync.ready(signal);
      const stored = mirror.person(id);
      if (!stored) return null;
      const ids = mirror.idsOf(stored.id);
      return show(stored, ids, await sightings.lastSeen(ids, signal));
    },
    close,
  };
}

const order = { named: 0, unknown: 1, ignored: 2 } as const;

/** Named persons by name, then unknowns by number, then ignored persons. */
async function inOrder(persons: readonly Person[]): Promise<Person[]> {
  const collator = new Intl.Collator();
  const keyed: { person: Person; key: string; number: number }[] = [];
  await inSteps(persons, (person) => {
    keyed.push({ person, key: nameKey(person.name), number: person.status === 'unknown' ? (person.number ?? 0) : 0 });
  });
  const sorted = await sortInSteps(
    keyed,
    (a, b) => order[a.person.status] - order[b.person.status] || a.number - b.number || collator.compare(a.key, b.key),
  );
  return sorted.map(({ person }) => person);
}

/** How often a process that waits for the gallery looks whether it may wait for ever, milliseconds. */
const lookMs = 20;
/** How long a job waits until it asks again, milliseconds. */
const waitMs = 5_000;
/** How long it puts up with a database that cannot be read: a failover is over by then. */
const patienceMs = 10_000;

async function untilReady(sync: Pick<Sync, 'isReady' | 'failure'>, signal: AbortSignal): Promise<void> {
  while (!sync.isReady()) {
    const failure = sync.failure();
    if (failure && (failure.error.code === 'database-newer' || failure.forMs > patienceMs)) throw failure.error;
    await pause(lookMs, signal);
  }
}

async function untilReached(
  { epoch, version }: GalleryPosition,
  { mirror, sync }: { mirror: Mirror; sync: Sync },
  signal: AbortSignal,
): Promise<void> {
  if (mirror.head.epoch === epoch && mirror.head.version >= version) return;
  const limited = within(signal, patienceMs);
  try {
    // Memory is complete up to a head that is read now. It holds the position, unless the database was replaced: then it never will.
    await raceAbort(sync.catchUp(), limited);
  } catch (error) {
    throwIfAborted(signal);
    throw new AppError('gallery-unavailable', 'the newest changes of the gallery cannot be read', { cause: error, retryAfterMs: waitMs });
  }
}
