import type { Person } from '@watchpost/gallery/gallery';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

/** `people [--json]`: lists everybody, named and unknown, with when and where they were last seen. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' } });
  const everybody = await withPeople(context, ({ gallery }) => gallery.people(context.signal));
  const lines = values.json ? everybody.map((person) => JSON.stringify(person)) : toTable(everybody);
  for (const line of lines) context.print(line);
  return 0;
};

function toTable(everybody: readonly Person[]): string[] {
  if (everybody.length === 0) return ['nobody has been seen yet'];
  const rows = everybody.map(({ name, status, faces, lastSeen }) => [
    name,
    status,
    String(faces),
    lastSeen ? `${new Date(lastSeen.atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '',
    lastSeen?.camera ?? lastSeen?.channel ?? '',
  ]);
  const table = [['name', 'status', 'faces', 'last seen', 'where'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
