import { randomUUID } from 'node:crypto';
import { toAppError } from '@watchpost/shared/errors';
import type { Actor } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import { type Changeset, nameKey, type StoredPerson } from '../domain.ts';
import type { Transact } from '../changes/transact.ts';
import { newPerson } from './enroll.ts';

/** A name as the old service stored it, with the number of vectors under it. */
export interface OldName {
  name: unknown;
  vectors: number;
}

/** What is to be made of the old service's names. */
export interface NamePlan {
  /** One entry a person, in reading order; of several spellings the one with the most vectors. */
  names: string[];
  /** Vectors of nobody in particular: "unknown", or no name at all. */
  namelessVectors: number;
}

/** Folds spellings that readers take for the same name, as the gallery does, and leaves out who is nobody. Pure. */
export function planNames(found: readonly OldName[]): NamePlan {
  const spellings = new Map<string, { name: string; vectors: number }>();
  let namelessVectors = 0;
  for (const { name, vectors } of found) {
    const tidy = typeof name === 'string' ? name.replaceAll(/\s+/g, ' ').trim() : '';
    const key = nameKey(tidy);
    if (key === '' || key === 'unknown') {
      namelessVectors += vectors;
      continue;
    }
    const before = spellings.get(key);
    if (!before || before.vectors < vectors) spellings.set(key, { name: tidy, vectors });
  }
  const names = [...spellings.values()].map(({ name }) => name).sort((a, b) => nameKey(a).localeCompare(nameKey(b)));
  return { names, namelessVectors };
}

export interface ImportedNames {
  added: string[];
  /** Names that somebody in the gallery has already. */
  present: string[];
  /** Names that the gallery does not take, and why. */
  refused: { name: string; reason: string }[];
}

/** A change is written in one piece: so many persons fit easily. */
const batchSize = 500;

/** Makes a person without faces of each name that nobody has yet. Run again it adds nothing. */
export async function importNames(
  names: readonly string[],
  { mirror, transact }: { mirror: Mirror; transact: Transact },
  by: Actor,
  signal: AbortSignal,
): Promise<ImportedNames> {
  const total: ImportedNames = { added: [], present: [], refused: [] };
  for (let from = 0; from < names.length; from += batchSize) {
    const batch = names.slice(from, from + batchSize);
    const { added, present, refused } = await transact(() => {
      const draft = draftPersons(mirror, batch);
      const { persons } = draft;
      const result = { ...draft, added: persons.map(({ name }) => name) };
      return { changeset: persons.length > 0 ? toChangeset(persons, by) : null, result };
    }, signal);
    total.added.push(...added);
    total.present.push(...present);
    total.refused.push(...refused);
  }
  return total;
}

function draftPersons(mirror: Mirror, names: readonly string[]) {
  const persons: Omit<StoredPerson, 'version'>[] = [];
  const present: string[] = [];
  const refused: ImportedNames['refused'] = [];
  for (const name of names) {
    if (mirror.called(name).length > 0) {
      present.push(name);
      continue;
    }
    try {
      persons.push(newPerson(name));
    } catch (error) {
      refused.push({ name, reason: toAppError(error).message });
    }
  }
  return { persons, present, refused };
}

function toChangeset(persons: readonly Omit<StoredPerson, 'version'>[], actor: Actor): Changeset {
  const unmake = persons.map(({ id }) => ({ id, isNew: false as const, set: { deleted: true } }));
  return {
    persons: persons.map(({ id, ...set }) => ({ id, isNew: true, set })),
    faces: [],
    audit: {
      id: randomUUID(),
      action: 'enroll',
      actor,
      atMs: Date.now(),
      personIds: persons.map(({ id }) => id),
      summary: `${persons.length} names from the old service`,
      inverse: { persons: unmake, faces: [], moveSightings: [] },
      undone: false,
      undoes: null,
      version: 0,
    },
  };
}
