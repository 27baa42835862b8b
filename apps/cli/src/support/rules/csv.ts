/**
 * A row of CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it, so that nothing that somebody wrote
 * in a chat is run where the export is opened. Pure.
 */
export function csvRow(cells: readonly (string | number | null)[]): string {
  return cells.map(cell).join(',');
}

function cell(value: string | number | null): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
