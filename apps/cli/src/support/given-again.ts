import type { Database } from '@watchpost/gallery/stores/database';
import { consentsOf, notGivenIn } from '@watchpost/privacy/consent/consents';
import { readRestoreConsent } from '@watchpost/gallery/archive/restore-log';

const pageSize = 500;

/** A person as they are now, with all the ids that they have had. */
interface Somebody {
  name: string;
  ids: string[];
}

/**
 * Whose consent is not given in the database that is to be replaced, by any id that they had, and when that was noted: milliseconds since 1970. Also
 * what an earlier restore has replaced: it may have been killed before it could say it. Rejects with `gallery-unavailable`.
 */
export async function notGivenBefore({ documents }: Pick<Database, 'documents'>, signal: AbortSignal): Promise<Map<string, number>> {
  return notGivenIn(documents, await readRestoreConsent(documents, signal), signal);
}

/**
 * The names of people whose consent counts as given here, although something else was noted later. `notGiven`: when that was, by any id that they
 * had: milliseconds since 1970. Rejects with `gallery-unavailable`.
 */
export async function givenAgain(
  notGiven: ReadonlyMap<string, number>,
  { archive, documents }: Pick<Database, 'archive' | 'documents'>,
  signal: AbortSignal,
): Promise<string[]> {
  if (notGiven.size === 0) return [];
  const people = (await everybody(archive, signal)).filter(({ ids }) => ids.some((id) => notGiven.has(id)));
  const names: string[] = [];
  for (let from = 0; from < people.length; from += pageSize) {
    const page = new Map(people.slice(from, from + pageSize).map((person, index) => [String(index), person]));
    const consents = await consentsOf(new Map([...page].map(([key, { ids }]) => [key, ids])), documents, signal);
    for (const [key, { name, ids }] of page) {
      const consent = consents.get(key);
      const laterMs = Math.max(...ids.map((id) => notGiven.get(id) ?? 0));
      if (consent?.state === 'given' && laterMs > consent.atMs) names.push(name);
    }
  }
  return names;
}

/** All who are not deleted; those who were merged count as whom they have become. */
const everybody = (archive: Database['archive'], signal: AbortSignal): Promise<Somebody[]> =>
  archive.snapshot(async (reader) => {
    const absorbed = new Map<string, string[]>();
    const people: Somebody[] = [];
    for await (const page of reader.read('person', signal))
      for (const { id, name, mergedInto, deletedAtMs } of page) {
        if (mergedInto !== null) absorbed.set(mergedInto, [...(absorbed.get(mergedInto) ?? []), id]);
        else if (deletedAtMs === null) people.push({ name, ids: [id] });
      }
    for (const { ids } of people) for (const id of ids) ids.push(...(absorbed.get(id) ?? []));
    return people;
  }, signal);
