const counted = new Set(['text', 'alt_text']);

/** How many characters of text blocks hold together: what readers see, and what screen readers say. Pure. */
export function sizeOf(blocks: unknown): number {
  if (typeof blocks !== 'object' || blocks === null) return 0;
  return Object.entries(blocks).reduce(
    (sum, [key, part]) => sum + (typeof part === 'string' ? (counted.has(key) ? part.length : 0) : sizeOf(part)),
    0,
  );
}
