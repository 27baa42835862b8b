import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { namesAt } from './names-at.ts';
import { nearestWord } from './nearest-word.ts';

/** What is wrong at one place of the file, from 1 and 1. */
export interface Fault {
  line: number;
  column: number;
  message: string;
}

export type Reading<T> = { kind: 'valid'; file: T } | { kind: 'faulty'; faults: Fault[] };

export type Path = readonly PropertyKey[];

/** What a file of settings may say. */
export interface SettingsShape<T> {
  schema: z.ZodType<T>;
  /** Its main list, such as `cameras`: faults name what is in an entry without it. */
  list: string;
  /** What is wrong between several settings. Looks at values that may have other faults too. */
  conflicts: (values: unknown) => { path: Path; message: string }[];
}

/** More would hide the first ones: most of them follow from those. */
const mostFaults = 30;

/** More aliases than a file can need: each is looked up in the whole file. */
const mostAliases = 1_000;

/** Reads the text of a file of settings (YAML), and finds all its faults. Pure. */
export function readSettings<T>(text: string, shape: SettingsShape<T>): Reading<T> {
  const lines = new LineCounter();
  const at = (offset: number, message: string): Fault => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const faulty = (...faults: Fault[]): Reading<T> => ({ kind: 'faulty', faults: faults.slice(0, mostFaults) });
  // Half of a file that is being written may be empty.
  if (text.trim() === '') return faulty(at(0, 'the file is empty; {} says that nothing is set'));
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false });
    const broken = [
      ...[...document.errors, ...document.warnings].map(({ message, pos: [offset] }) => ({ offset, message })),
      ...misused(document),
    ].sort((a, b) => a.offset - b.offset);
    if (broken.length > 0) return faulty(...broken.map(({ offset, message }) => at(offset, `${message}${quotesHint(text, offset)}`)));
    const values: unknown = document.toJS({ maxAliasCount: 10 * mostAliases });
    const parsed = shape.schema.safeParse(values);
    const faults = [
      ...(parsed.error?.issues ?? []).flatMap(innermost).flatMap((issue) => faultsOf(issue, shape, document, at)),
      ...shape.conflicts(values).map(({ path, message }) => at(locate(document, path).offset, message)),
    ].sort((a, b) => a.line - b.line || a.column - b.column);
    return parsed.success && faults.length === 0 ? { kind: 'valid', file: parsed.data } : faulty(...faults);
  } catch (error) {
    // Aliases without end, or groups in groups by the thousand.
    return faulty(at(0, `the file cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`));
  }
}

/** Where a value may be one of several things: the faults of the one that was meant, if something in it tells which; else that it is none. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((issues) => issues.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'));
  return meant ? meant.flatMap((each) => innermost({ ...each, path: [...issue.path, ...each.path] })) : [issue];
}

/** The usual mistake: `*` begins an alias, and `{` a group. */
function quotesHint(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';
  return /^[*&!%@`]/.test(text.slice(offset, offset + 1)) || /[^"'].\{[a-z]/i.test(line)
    ? '; a text that begins with a sign needs quotes'
    : '';
}

/** Names that are set twice, and `*name` without a `&name` before it. In one pass: the parser compares each name with each other one. */
function misused(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  visit(document, {
    Node: (_, { anchor }) => {
      if (anchor) anchors.add(anchor);
    },
    Map: (_, map) => {
      if (map.anchor) anchors.add(map.anchor);
      const names = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (names.has(key.value)) found.push({ offset: key.range?.[0] ?? 0, message: `${String(key.value)} is set twice` });
        names.add(key.value);
      }
    },
    Alias: (_, { source, range }) => {
      aliases += 1;
      if (!anchors.has(source)) found.push({ offset: range?.[0] ?? 0, message: `*${source} refers to nothing` });
      else if (aliases > mostAliases)
        found.push({ offset: range?.[0] ?? 0, message: `there are more than ${String(mostAliases)} aliases` });
    },
  });
  return found;
}

function faultsOf<T>(
  issue: z.core.$ZodIssue,
  { schema, list }: SettingsShape<T>,
  document: Document,
  at: (offset: number, message: string) => Fault,
): Fault[] {
  const { path } = issue;
  if (issue.code !== 'unrecognized_keys') {
    const { offset, found } = locate(document, path);
    return [at(offset, `${subjectOf(path.slice(0, issue.message === 'is missing' ? undefined : found), list)} ${issue.message}`)];
  }
  return issue.keys.slice(0, mostFaults).map((key) => {
    const known = namesAt(schema, path);
    const meant = nearestWord(key, known);
    const hint = meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
    return at(locateKey(document, path, key), `${subjectOf([...path, key], list)} is no setting; ${hint}`);
  });
}

/** "policy.named": the path within its entry of the list. */
function subjectOf(path: Path, list: string): string {
  const names = path.filter((part) => typeof part === 'string');
  const within = names[0] === list && path.length > 1 ? names.slice(1) : names;
  return within.join('.') || (path.length > 0 ? `each entry of ${list}` : 'the file');
}

/** Where the value at a path begins, or the nearest group around it, and how much of the path was found. */
function locate(document: Document, path: Path): { offset: number; found: number } {
  let node = resolved(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    const next: Node | null = isMap(node) || isSeq(node) ? nodeOf(node.get(part, true)) : null;
    if (!next) return { offset, found: depth };
    offset = next.range?.[0] ?? offset;
    node = resolved(document, next);
  }
  return { offset, found: path.length };
}

const nodeOf = (value: unknown): Node | null => (isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null);

const resolved = (document: Document, node: Node | null): Node | null => (isAlias(node) ? (node.resolve(document) ?? null) : node);

function locateKey(document: Document, path: Path, key: string): number {
  let node = resolved(document, document.contents);
  for (const part of path) node = isMap(node) || isSeq(node) ? resolved(document, nodeOf(node.get(part, true))) : null;
  const pair = isMap(node) ? node.items.find((each) => isScalar(each.key) && String(each.key.value) === key) : undefined;
  return (pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? locate(document, path).offset;
}
