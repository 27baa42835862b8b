/** An object as it came. */
export type Fields = Record<string, unknown>;

export const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field as a text; empty if it is none. */
export const stringOf = (fields: Fields, key: string): string => {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
};

/** A field as a text, also where it is a number. */
export const writtenIn = (fields: Fields, key: string): string => {
  const value = fields[key];
  return typeof value === 'number' ? String(value) : stringOf(fields, key);
};

/** A field as a list; empty if it is none. */
export const listOf = (fields: Fields, key: string): readonly unknown[] => {
  const value = fields[key];
  return Array.isArray(value) ? value : [];
};

const technical = new Set(
  'type style color border indent offset unicode skin_tone range format timezone ts timestamp id hash verbatim emoji mrkdwn_in mode mimetype filetype team channel subtype'.split(
    ' ',
  ),
);

/** Names of things, kinds and looks: nobody's words. */
export const isTechnical = (key: string): boolean => technical.has(key) || /_ids?$|_ts$|_bytes$|_width$|_height$/.test(key);

/** Whether a field holds an address. */
export const isUrlKey = (key: string): boolean => /(?:^|_)(?:url|link|icon)$/.test(key);

/** Smaller numbers are counts, sizes and places. */
const largestCount = 99_999;

/** Every text and large number in a value, at whatever depth, without the technical ones. Never deeper in the stack than this call. */
export function stringsIn(value: unknown): string[] {
  const found: string[] = [];
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') found.push(next);
    else if (typeof next === 'number' && Math.abs(next) > largestCount) found.push(String(next));
    // In the order in which they stand.
    else if (Array.isArray(next)) for (const each of next.toReversed()) left.push(each);
    else if (isRecord(next)) for (const [key, each] of Object.entries(next).toReversed()) if (!isTechnical(key)) left.push(each);
  }
  return found.filter((text) => text !== '');
}
