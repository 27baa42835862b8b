/** What all further values are counted as. */
const rest = 'other';

/**
 * For a label whose values come from outside, such as names of cameras: each value is a time series for as long as the process runs. The
 * first `most` values are themselves, all others together `other`; null is `unknown`, which takes no place.
 */
export function createBoundedLabel(most: number): (value: string | null) => string {
  const known = new Set<string>();
  return (value) => {
    if (value === null) return 'unknown';
    if (known.size < most) known.add(value);
    return known.has(value) ? value : rest;
  };
}
