import { commandGroups, usageOf } from './commands.ts';

/** The help: every command with its arguments and what it does, in aligned columns under the headings of the table. */
export function helpLines(): string[] {
  const groups = Object.entries(commandGroups).map(([title, group]) => ({
    title,
    rows: Object.entries(group).map(([name, entry]) => ({ usage: usageOf(name, entry), does: entry.does })),
  }));
  const width = Math.max(...groups.flatMap(({ rows }) => rows.map(({ usage }) => usage.length)));
  return [
    'usage: watchpost COMMAND      from a clone: npm run --silent watchpost -- COMMAND',
    ...groups.flatMap(({ title, rows }) => ['', title, ...rows.map(({ usage, does }) => `  ${usage.padEnd(width)}  ${does}`)]),
  ];
}
