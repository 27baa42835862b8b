/**
 * A pattern for names of files: `*` is any text, `?` one character, and `{camera}`, once, the camera's name, as short as it can be.
 * Upper and lower case are the same. Matching takes no longer than the pattern's length times the name's, whatever they are.
 */
export interface FilePattern {
  /** The camera's name where the pattern has `{camera}`, `''` where it has none, and null where the name does not match. */
  match(fileName: string): string | null;
}

const placeholder = '{camera}';
/** Enough for any name of a file. */
const longestPattern = 255;

/** What is wrong with a pattern, to follow its name; null: nothing. */
export function patternFault(pattern: string): string | null {
  if (pattern.trim() === '') return 'is empty';
  if (pattern.length > longestPattern) return `is longer than ${String(longestPattern)} characters`;
  if (/[\\/]/.test(pattern)) return 'must be a pattern for the name of a file, without folders';
  const rest = pattern.replace(placeholder, '');
  if (rest.includes(placeholder)) return `may have ${placeholder} once only`;
  if (/[{}]/.test(rest)) return `may have no braces but ${placeholder}; write several patterns as a list`;
  return null;
}

/** Compiles a pattern without a fault. */
export function compilePattern(pattern: string): FilePattern {
  const [before = '', after] = pattern.split(placeholder).map((part) => Array.from(part.toLowerCase()));
  return {
    match: (fileName) => {
      const original = Array.from(fileName);
      const name = original.map((character) => character.toLowerCase());
      const fromStart = reach([...before], name);
      if (after === undefined) return fromStart[name.length] === true ? '' : null;
      const fromEnd = reach(after.toReversed(), name.toReversed());
      const start = fromStart.indexOf(true);
      const end = fromStart.findIndex((_, index) => start !== -1 && index > start && fromEnd[name.length - index] === true);
      return end === -1 ? null : original.slice(start, end).join('');
    },
  };
}

/** For each length whether the whole pattern matches that much of the beginning of the text. */
function reach(pattern: readonly string[], text: readonly string[]): boolean[] {
  let reached = [true, ...text.map(() => false)];
  for (const token of pattern) {
    const next = reached.map(() => false);
    for (let length = 0; length <= text.length; length += 1) {
      if (token === '*') next[length] = reached[length] === true || (length > 0 && next[length - 1] === true);
      else if (length > 0) next[length] = reached[length - 1] === true && (token === '?' || token === text[length - 1]);
    }
    reached = next;
  }
  return reached;
}
