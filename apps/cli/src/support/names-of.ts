import type { Database } from '@watchpost/gallery/stores/database';

/** What these people are called, without those who are deleted. Rejects with `gallery-unavailable`. */
export async function namesOf(
  personIds: readonly string[],
  { archive }: Pick<Database, 'archive'>,
  signal: AbortSignal,
): Promise<string[]> {
  if (personIds.length === 0) return [];
  const wanted = new Set(personIds);
  return archive.snapshot(async (reader) => {
    const names: string[] = [];
    for await (const page of reader.read('person', signal))
      for (const { id, name, deletedAtMs } of page) if (deletedAtMs === null && wanted.has(id)) names.push(name);
    return names;
  }, signal);
}
