/** Rows of cells as lines with aligned columns: the first one to the left, the others to the right. */
export function toTable(rows: (string | number)[][]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, column) => Math.max(all[column] ?? 0, String(cell).length)), []);
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[column] ?? 0))).join('  '),
  );
}
