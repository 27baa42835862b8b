import type { Person } from '@watchpost/gallery/gallery';
import { nameKey } from '@watchpost/gallery/names';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';
import { shortIds } from '../support/short-ids.ts';
import { toTable } from '../support/table.ts';

/** `people [--json]`: lists everybody, named and unknown, with when and where they were last seen. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' } });
  const everybody = await withPeople(context, ({ gallery }) => gallery.people(context.signal));
  const lines = values.json ? everybody.map((person) => JSON.stringify(person)) : [...list(everybody), ...hints(everybody)];
  for (const line of lines) context.print(line);
  return 0;
};

/** Those whose name is another one's too: only their ids tell them apart. */
function namesakesOf(everybody: readonly Person[]): Set<string> {
  const byName = new Map<string, string[]>();
  for (const { id, name } of everybody) byName.set(nameKey(name), [...(byName.get(nameKey(name)) ?? []), id]);
  return new Set([...byName.values()].filter((ids) => ids.length > 1).flat());
}

function hints(everybody: readonly Person[]): string[] {
  return namesakesOf(everybody).size > 0 ? ['', 'Some share a name: watchpost check shows how to merge them.'] : [];
}

function list(everybody: readonly Person[]): string[] {
  if (everybody.length === 0) return ['nobody has been seen yet'];
  const namesakes = namesakesOf(everybody);
  const shortId = shortIds(everybody.map(({ id }) => id));
  const rows = everybody.map(({ id, name, status, faces, lastSeen }) => [
    namesakes.has(id) ? `${name} (${shortId(id)})` : name,
    status,
    String(faces),
    lastSeen ? `${new Date(lastSeen.atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '',
    lastSeen?.camera ?? lastSeen?.channel ?? '',
  ]);
  return toTable(['name', 'status', 'faces', 'last seen', 'where'], rows);
}
