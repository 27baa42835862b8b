import type { CommandEntry } from './command.ts';
import { commandGroups, usageOf } from './commands.ts';
import { columns } from './support/table.ts';

/**
 * The help: every command with its arguments and what it does, in aligned columns under the headings of the table. `family`: only the
 * commands that begin with this word.
 */
export function helpLines(family: string | null = null): string[] {
  const groups = Object.entries(commandGroups)
    .map(([title, group]) => ({
      title,
      rows: Object.entries(group)
        .filter(([name]) => family === null || name.startsWith(`${family} `))
        .map(([name, entry]) => [`  ${usageOf(name, entry)}`, entry.does]),
    }))
    .filter(({ rows }) => rows.length > 0);
  const lines = columns(groups.flatMap(({ rows }) => rows));
  const word = family === null ? '' : `${family} `;
  return [
    `usage: watchpost ${word}COMMAND      from a clone: npm run --silent watchpost -- ${word}COMMAND`,
    ...groups.flatMap(({ title, rows }) => ['', title, ...lines.splice(0, rows.length)]),
  ];
}

/** The help of one command. */
export function helpOf(name: string, entry: CommandEntry): string[] {
  const options = (entry.options ?? []).map(([option, does]) => [`  ${option}`, does]);
  return [`usage: ${usageOf(name, entry)}`, entry.does, ...(options.length > 0 ? ['', ...columns(options)] : [])];
}
