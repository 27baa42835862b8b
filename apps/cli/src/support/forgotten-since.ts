import { forgetAgainId, forgetAgainKind, readToForget } from '@watchpost/gallery/changes/to-forget';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';

const pageSize = 500;

/** What an entry says of who is who. */
interface Told extends Pick<AuditEntry, 'action' | 'personIds'> {
  /** Whom it merged into somebody; null: its words are erased, because it concerns somebody who is. */
  absorbed: string[] | null;
}

/**
 * The ids of those whom this database was asked to forget, as far back as its audit goes: it keeps these random ids when the names are erased.
 * Also of those who had become one of them, by whatever: in an older backup they are still somebody of their own. And whom an earlier
 * restore has still to forget. Rejects with `gallery-unavailable`.
 */
export async function forgottenIn(database: Pick<Database, 'audit' | 'archive' | 'documents'>, signal: AbortSignal): Promise<string[]> {
  const { document } = await database.documents.get(forgetAgainKind, forgetAgainId, signal);
  const unfinished = readToForget(document)?.personIds ?? [];
  // The last moment of a restore was interrupted: it has noted whom to forget, and what else is there is of both.
  if ((await database.archive.counts(signal)) === null) return [...unfinished];
  const told = await readTold(database, signal);
  const forgotten = new Set([
    ...unfinished,
    ...told.flatMap(({ action, personIds: [first] }) => (action === 'forget' ? (first ?? []) : [])),
  ]);
  if (forgotten.size === 0) return [];
  const there = await whoIsThere(database, signal);
  // A merged person has no record of their own after a time: who is one of somebody else is there, too.
  for (const { absorbed, personIds } of told)
    if (!personIds.some((id) => forgotten.has(id))) for (const id of absorbed ?? []) there.add(id);
  // The newest first: whoever became the forgotten one may have taken over others before.
  for (const { personIds } of told)
    if (personIds.some((id) => forgotten.has(id))) for (const id of personIds) if (!there.has(id)) forgotten.add(id);
  return [...forgotten];
}

const ofWhoIsWho: readonly AuditEntry['action'][] = ['forget', 'merge', 'assign'];

/** The entries about who is who that hold, the newest first. */
async function readTold({ audit }: Pick<Database, 'audit'>, signal: AbortSignal): Promise<Told[]> {
  const told: Told[] = [];
  for (let below = Number.MAX_SAFE_INTEGER; ;) {
    const page = await audit.newest(pageSize, { below }, signal);
    for (const { action, personIds, inverse, undone } of page) {
      if (undone || !ofWhoIsWho.includes(action)) continue;
      const absorbed = inverse && inverse.persons.flatMap(({ id, set }) => (set.mergedInto === null ? id : []));
      told.push({ action, personIds, absorbed });
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return told;
    below = last.version;
  }
}

/** Everybody who is not deleted, the merged ones as long as they have a record. */
const whoIsThere = ({ archive }: Pick<Database, 'archive'>, signal: AbortSignal): Promise<Set<string>> =>
  archive.snapshot(async (reader) => {
    const ids = new Set<string>();
    for await (const page of reader.read('person', signal)) for (const { id, deletedAtMs } of page) if (deletedAtMs === null) ids.add(id);
    return ids;
  }, signal);
