import { AppError } from '@watchpost/shared/errors';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';

const pageSize = 500;

/** What an entry says of who is who. */
interface Told extends Pick<AuditEntry, 'action' | 'personIds'> {
  /** Whom it merged into somebody; null: its words are erased, because it concerns somebody who is. */
  absorbed: string[] | null;
}

/** Whom a database has forgotten. */
export interface ForgottenPeople {
  personIds: string[];
  /** Rejects with `gallery-unavailable` if somebody else was forgotten since, or it was undone. */
  stillHolds: () => Promise<void>;
}

/**
 * The ids of those whom this database was asked to forget, as far back as its audit goes: it keeps these random ids when the names are erased.
 * Also of those who had become one of them, by whatever: in an older backup they are still somebody of their own. And whom a restore was to
 * forget that was interrupted. Rejects with `gallery-unavailable`.
 */
export async function forgottenIn(database: Pick<Database, 'audit' | 'archive' | 'store'>, signal: AbortSignal): Promise<ForgottenPeople> {
  const { audit, archive, store } = database;
  // The last moment of a restore was interrupted: what is there is of both. Nobody can have changed anything since.
  const unfinished = await archive.unfinished(signal);
  if (unfinished) return { personIds: [...unfinished], stillHolds: async () => undefined };
  const { version } = await store.head(signal);
  const stillHolds = async (): Promise<void> => {
    for (let after = version; ;) {
      const page = await audit.concerned(after, pageSize, signal);
      if (page.some(({ action }) => action === 'forget' || action === 'undo'))
        throw new AppError(
          'gallery-unavailable',
          'somebody was forgotten, or a change was undone, meanwhile: nothing is restored; try again',
        );
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = last.version;
    }
  };
  return { personIds: await allForgotten(database, signal), stillHolds };
}

async function allForgotten(database: Pick<Database, 'audit' | 'archive'>, signal: AbortSignal): Promise<string[]> {
  const told = await readTold(database, signal);
  const forgotten = new Set(told.flatMap(({ action, personIds: [first] }) => (action === 'forget' ? (first ?? []) : [])));
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
