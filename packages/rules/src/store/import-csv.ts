import { AppError } from '@watchpost/shared/errors';
import { cleanText } from '@watchpost/shared/text';
import { checkLook } from '../create-judge.ts';
import { ruleKey } from '../rule-name.ts';

/** A pattern of the service that watchpost replaces. */
export interface OldPattern {
  /** Where it stands in the file, from 1. */
  line: number;
  /** Clean, and no other one's of the file. */
  name: string;
  pattern: string;
  /** Why it cannot be used as it is; null: it can. */
  refused: string | null;
}

const longestName = { characters: 70, units: 70 };

/**
 * Reads the patterns of the old service: its table as CSV, with a line of column names, `name` and `pattern` in any order and case. Other
 * columns are ignored, as are lines without a pattern. Separated by commas, semicolons or tabs; quoted as in RFC 4180. Throws
 * `rule-invalid` if there is no such column.
 */
export function readOldPatterns(csv: string): OldPattern[] {
  const [head, ...rows] = readRows(csv.replace(/^\uFEFF/, ''));
  const columns = (head?.fields ?? []).map((each) => each.trim().toLowerCase());
  const [nameAt, patternAt] = [columns.indexOf('name'), columns.indexOf('pattern')];
  if (patternAt === -1) throw new AppError('rule-invalid', 'the first line has to name the columns: name,pattern');
  const taken = new Set<string>();
  return rows.flatMap(({ line, fields }) => {
    const pattern = forRe2(fields[patternAt] ?? '');
    if (pattern === '') return [];
    const name = free(cleanText(fields[nameAt] ?? '', longestName) || `Pattern ${String(line)}`, taken);
    return [{ line, name, pattern, refused: reasonAgainst(pattern) }];
  });
}

/** The old table has names twice. */
function free(name: string, taken: Set<string>): string {
  for (let number = 1; ; number += 1) {
    const next = number === 1 ? name : `${name} (${String(number)})`;
    if (taken.has(ruleKey(next))) continue;
    taken.add(ruleKey(next));
    return next;
  }
}

/** Python's `\Z`, the end of the text, is RE2's `\z`. Everything else is either the same, or refused. */
function forRe2(pattern: string): string {
  return pattern.replaceAll(/\\(.)/gs, (pair, after) => (after === 'Z' ? String.raw`\z` : pair));
}

function reasonAgainst(pattern: string): string | null {
  try {
    checkLook({ pattern });
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

interface Row {
  line: number;
  fields: string[];
}

/** The rows of a CSV file; those that are empty are left out. What separates the fields is what the first line is separated by. */
function readRows(csv: string): Row[] {
  const firstLine = csv.slice(0, csv.search(/[\r\n]|$/));
  const separator = [',', ';', '\t'].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ',';
  const rows: Row[] = [];
  let row: Row = { line: 1, fields: [] };
  for (let at = 0; at < csv.length;) {
    const { value, end } = readField(csv, at, separator);
    row.fields.push(value);
    const isBreak = csv[end] !== separator;
    at = end + (csv.startsWith('\r\n', end) ? 2 : 1);
    if (!isBreak && at < csv.length) continue;
    if (row.fields.some((each) => each.trim() !== '')) rows.push(row);
    row = { line: row.line + linesIn(row.fields) + 1, fields: [] };
  }
  return rows;
}

/** Breaks within quotes. */
const linesIn = (fields: readonly string[]): number => fields.join('').split(/\r\n|\r|\n/).length - 1;

/** One field from `at` on, and where it ends: at a separator, a line's end, or the file's. */
function readField(csv: string, at: number, separator: string): { value: string; end: number } {
  const isEnd = (index: number): boolean => index >= csv.length || [separator, '\r', '\n'].includes(csv[index] ?? '');
  let value = '';
  let end = at;
  if (csv[at] === '"') {
    for (end += 1; end < csv.length; end += 1) {
      if (csv[end] !== '"') value += csv[end];
      else if (csv[end + 1] === '"') {
        value += '"';
        end += 1;
      } else if (isEnd(end + 1)) return { value, end: end + 1 };
      // One that somebody forgot to double.
      else value += '"';
    }
    return { value, end };
  }
  while (!isEnd(end)) end += 1;
  return { value: csv.slice(at, end), end };
}
