import { csvRow } from '@watchpost/cli/support/rules/csv';
import { expect, it } from 'vitest';

it.each([
  [['plain', 1, null], 'plain,1,'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"'],
  [['=HYPERLINK("x")', '+1', '-1', '@x', -1], '"\'=HYPERLINK(""x"")",\'+1,\'-1,\'@x,-1'],
])('a row of CSV is quoted, and holds nothing that a spreadsheet would run: %j', (cells, row) => expect(csvRow(cells)).toBe(row));
