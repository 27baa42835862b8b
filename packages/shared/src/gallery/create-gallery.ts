import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Actor, Gallery, Person } from './gallery.ts';
import type { LastSeen, SightingStore } from './gallery-store.ts';
import type { Mirror } from './mirror.ts';
import { nameKey, personStatus, validName, type StoredPerson } from './model.ts';
import type { Recognise } from './recognise.ts';
import type { Sync } from './sync.ts';
import type { Transact } from './transact.ts';

export interface GalleryDeps {
  mirror: Mirror;
  sync: Sync;
  transact: Transact;
  sightings: SightingStore;
  recognise: Recognise;
  /** Closes what is underneath. */
  close: () => Promise<void>;
}

/** The gallery over any database. */
export function createGallery({ mirror, sync, transact, sightings, recognise, close }: GalleryDeps): Gallery {
  const show = (stored: StoredPerson, ids: readonly string[], lastSeen: Map<string, LastSeen>): Person => ({
    id: stored.id,
    status: personStatus(stored),
    name: stored.name,
    number: stored.number,
    faces: mirror.facesOf(stored.id).filter(({ role }) => role === 'reference').length,
    lastSeen: newestOf(ids, lastSeen),
  });

  const showOne = async (stored: StoredPerson, signal: AbortSignal): Promise<Person> => {
    const ids = mirror.idsByPerson().get(stored.id) ?? [];
    return show(stored, ids, await sightings.lastSeen(ids, signal));
  };

  return {
    ready: (signal) => sync.ready(signal),
    isReady: () => sync.isReady(),
    recognise,
    people: async (signal) => {
      await sync.ready(signal);
      const lastSeen = await sightings.lastSeen(null, signal);
      const ids = mirror.idsByPerson();
      return mirror
        .persons()
        .map((stored) => show(stored, ids.get(stored.id) ?? [], lastSeen))
        .sort(inReadingOrder);
    },
    person: async (id, signal) => {
      await sync.ready(signal);
      const stored = mirror.person(id);
      return stored && (await showOne(stored, signal));
    },
    name: async (from, to, by, signal) => {
      const name = validName(to);
      await sync.ready(signal);
      const id = await transact((base) => {
        const person = onlyOneCalled(mirror, from);
        const taken = mirror.called(name).find((other) => other.id !== person.id);
        if (taken) throw new AppError('name-taken', `somebody is called "${taken.name}" already`);
        if (person.name === name) return { changeset: null, result: person.id };
        return { changeset: renaming(person, name, by, base.version + 1), result: person.id };
      }, signal);
      const stored = mirror.person(id);
      if (!stored) throw new AppError('person-not-found', 'the person was removed meanwhile');
      return await showOne(stored, signal);
    },
    close: async () => {
      await sync.close();
      await close();
    },
  };
}

/** The one person that a name means. Rejects with `person-not-found`, or `change-refused` where several are called so. */
export function onlyOneCalled(mirror: Mirror, name: string): StoredPerson {
  const [person, ...others] = mirror.called(name);
  if (!person) throw new AppError('person-not-found', `nobody is called "${name}"`);
  if (others.length > 0) throw new AppError('change-refused', `${others.length + 1} persons are called "${name}"`);
  return person;
}

function renaming(person: StoredPerson, name: string, actor: Actor, version: number) {
  const change = (to: string) => ({ id: person.id, isNew: false as const, set: { name: to } });
  return {
    persons: [change(name)],
    faces: [],
    audit: {
      id: randomUUID(),
      action: 'name' as const,
      actor,
      atMs: Date.now(),
      personIds: [person.id],
      summary: `${person.name} → ${name}`,
      inverse: { persons: [change(person.name)], faces: [], moveSightings: [] },
      undone: false,
      undoes: null,
      version,
    },
  };
}

function newestOf(ids: readonly string[], lastSeen: Map<string, LastSeen>): LastSeen | null {
  const all = ids.flatMap((id) => lastSeen.get(id) ?? []);
  return all.reduce<LastSeen | null>((newest, each) => (newest && newest.atMs >= each.atMs ? newest : each), null);
}

const order = { named: 0, unknown: 1, ignored: 2 } as const;

/** Named persons by name, then unknowns by number, then who is ignored. */
function inReadingOrder(a: Person, b: Person): number {
  const number = (person: Person): number => (person.status === 'unknown' ? (person.number ?? 0) : 0);
  return order[a.status] - order[b.status] || number(a) - number(b) || nameKey(a.name).localeCompare(nameKey(b.name));
}
