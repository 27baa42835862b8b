import type { Person } from '@watchpost/gallery/gallery';
import { nameKey } from '@watchpost/gallery/names';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';
import { shortIds } from '../support/short-ids.ts';
import { toTable } from '../support/table.ts';

/**
 * `people [--suggestions] [--json]`: lists everybody, named and unknown, with when and where they were last seen. `--suggestions`: only
 * the unknowns who may be somebody else, with how to answer.
 */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' }, suggestions: { type: 'boolean' } });
  const everybody = await withPeople(context, ({ gallery }) => gallery.people(context.signal));
  const listed = values.suggestions ? everybody.filter(({ mayBe }) => mayBe !== null) : everybody;
  const lines = values.json ? listed.map((person) => JSON.stringify(person)) : [...list(listed, everybody), ...hints(listed)];
  for (const line of lines) context.print(line);
  return 0;
};

/** Those whose name is another one's too: only their ids tell them apart. */
function namesakesOf(everybody: readonly Person[]): Set<string> {
  const byName = new Map<string, string[]>();
  for (const { id, name } of everybody) byName.set(nameKey(name), [...(byName.get(nameKey(name)) ?? []), id]);
  return new Set([...byName.values()].filter((ids) => ids.length > 1).flat());
}

function hints(listed: readonly Person[]): string[] {
  const perhaps = listed.find(({ mayBe }) => mayBe !== null);
  const lines = [
    ...(namesakesOf(listed).size > 0 ? ['Some share a name: watchpost check shows how to merge them.'] : []),
    ...(perhaps?.mayBe ? [answersTo(perhaps.name, perhaps.mayBe.name)] : []),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

const answersTo = (unknown: string, other: string): string =>
  `The same person? watchpost merge "${unknown}" "${other}". Somebody else? watchpost distinguish "${unknown}" "${other}".`;

/** `listed`: those of everybody who are to be shown. */
function list(listed: readonly Person[], everybody: readonly Person[]): string[] {
  if (everybody.length === 0) return ['nobody has been seen yet'];
  if (listed.length === 0) return ['no unknown person may be somebody known'];
  const hasSuggestions = listed.some(({ mayBe }) => mayBe !== null);
  const namesakes = namesakesOf(everybody);
  const shortId = shortIds(everybody.map(({ id }) => id));
  const rows = listed.map(({ id, name, status, faces, lastSeen, mayBe }) => [
    namesakes.has(id) ? `${name} (${shortId(id)})` : name,
    status,
    String(faces),
    lastSeen ? `${new Date(lastSeen.atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '',
    lastSeen?.camera ?? lastSeen?.channel ?? '',
    ...(hasSuggestions ? [mayBe?.name ?? ''] : []),
  ]);
  return toTable(['name', 'status', 'faces', 'last seen', 'where', ...(hasSuggestions ? ['may be'] : [])], rows);
}
