import { parseArgs } from 'node:util';
import type { Person } from '@watchpost/gallery/gallery';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-people.ts';

/** `people [--json]`: everybody, named and unknown, with when and where they were last seen. */
export const people: Command = async (args, { env, signal, print }) => {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
  const everybody = await withPeople(env, signal, ({ gallery }) => gallery.people(signal));
  const lines = values.json ? everybody.map((person) => JSON.stringify(person)) : toTable(everybody);
  for (const line of lines) print(line);
  return 0;
};

/** Columns as wide as they need to be. */
export function toTable(everybody: readonly Person[]): string[] {
  if (everybody.length === 0) return ['nobody was seen yet'];
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
