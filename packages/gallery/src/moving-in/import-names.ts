import { toAppError } from '@watchpost/shared/errors';
import { createChange } from '../changes/change.ts';
import type { Transact } from '../changes/transact.ts';
import type { Actor, Head } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';

export interface ImportedNames {
  added: string[];
  /** Names that somebody in the gallery has already. */
  present: string[];
  /** Names that are not valid in the gallery, and why. */
  refused: { name: string; reason: string }[];
}

/** How many persons are added in one change: it is written as one document on MongoDB. */
const batchSize = 500;

/** Adds a person without faces for each name that nobody has yet. Idempotent. */
export async function importNames(
  names: readonly string[],
  { mirror, transact }: { mirror: Mirror; transact: Transact },
  by: Actor,
  signal: AbortSignal,
): Promise<ImportedNames> {
  const total: ImportedNames = { added: [], present: [], refused: [] };
  for (let from = 0; from < names.length; from += batchSize) {
    const batch = names.slice(from, from + batchSize);
    const { added, present, refused } = await transact((base) => {
      const { change, result } = draftPersons(mirror, batch, base);
      const summary = `${result.added.length} names from the old service`;
      return { changeset: result.added.length > 0 ? change.audited('enroll', by, summary).changeset : null, result };
    }, signal);
    total.added.push(...added);
    total.present.push(...present);
    total.refused.push(...refused);
  }
  return total;
}

function draftPersons(mirror: Mirror, names: readonly string[], base: Head) {
  const change = createChange(base);
  const result: ImportedNames = { added: [], present: [], refused: [] };
  for (const name of names) {
    if (mirror.called(name).length > 0) {
      result.present.push(name);
      continue;
    }
    try {
      result.added.push(change.createPerson(name).name);
    } catch (error) {
      result.refused.push({ name, reason: toAppError(error).message });
    }
  }
  return { change, result };
}
