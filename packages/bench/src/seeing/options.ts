import { parseArgs } from 'node:util';

/** What the commands about seeing have in common: JSON instead of a table, and the folder of labelled pictures. */
export function readOptions(args: string[]): { json: boolean; data: string | undefined } {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false }, data: { type: 'string' } } });
  return { json: values.json, data: values.data };
}

/** Rows of cells as lines, columns aligned. */
export function toTable(rows: (string | number)[][]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, column) => Math.max(all[column] ?? 0, String(cell).length)), []);
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[column] ?? 0))).join('  '),
  );
}
