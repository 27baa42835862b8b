/** A part of a text. UTF-16 units; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** From left to right, with those that overlap made one. */
export function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}
