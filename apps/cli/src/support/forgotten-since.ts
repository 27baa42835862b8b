import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { actor } from './open-database.ts';
import { withPeople } from './open-gallery.ts';
import type { CommandContext } from '../command.ts';

const pageSize = 500;

/**
 * The ids of those whom this database was asked to forget, as far back as its audit goes, the newest wish first: the audit keeps these random
 * ids when the names are erased. Also of those who had been merged into them: in an older backup they are still somebody of their own.
 */
export async function forgottenIn({ audit }: Pick<Database, 'audit'>, signal: AbortSignal): Promise<string[]> {
  const forgotten = new Set<string>();
  for (let below = Number.MAX_SAFE_INTEGER; ;) {
    const page = await audit.newest(pageSize, { below }, signal);
    for (const entry of page.filter(({ undone }) => !undone)) for (const id of gone(entry, forgotten)) forgotten.add(id);
    const last = page.at(-1);
    if (!last || page.length < pageSize) return [...forgotten];
    below = last.version;
  }
}

/** Whom an entry tells to be forgotten, or to have become one of the forgotten. */
function gone({ action, personIds }: AuditEntry, forgotten: ReadonlySet<string>): readonly string[] {
  // The first is the person; the others lost a face that showed them.
  if (action === 'forget') return personIds.slice(0, 1);
  return action === 'merge' && personIds.some((id) => forgotten.has(id)) ? personIds : [];
}

/** Forgets those of them whom the gallery knows again, each with an entry in the audit and a receipt. Resolves to how many it were. */
export async function forgetAgain(personIds: readonly string[], context: Pick<CommandContext, 'env' | 'signal'>): Promise<number> {
  if (personIds.length === 0) return 0;
  const { signal } = context;
  return withPeople(context, async ({ gallery, operations }) => {
    let count = 0;
    for (const id of personIds) {
      if ((await gallery.person(id, signal)) === null) continue;
      await operations.apply({ kind: 'forget', person: id }, actor, signal);
      count += 1;
    }
    return count;
  });
}
