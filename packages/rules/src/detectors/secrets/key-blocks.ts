import type { Span } from '../../reading/span.ts';

const begins =
  /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----|^Private-Lines: \d{1,3}/gm;
const ends = /-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----|^Private-MAC: [0-9a-f]+/gm;

/** Longer is no key of today. */
const longest = 16_000;
/** A shorter one protects nothing; base64 characters. A line that only names the block has none. */
const shortestBody = 40;

/** Lines of base64 behind the beginning, also where a break is written as `\n`. */
const body =
  /^(?:\\[nrt]|[\s"'+,\\>|])*(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset)[^\n]{0,100}\n\s*)*(?<lines>(?:[A-Za-z0-9+/=]{1,200}(?:\\[nrt]|[\s"'+,\\>|])*){1,400})/;

function base64LengthOf(text: string): number {
  const lines = body.exec(text)?.groups?.['lines'] ?? '';
  return lines.replaceAll(/\\[nrt]/g, '').replaceAll(/[^A-Za-z0-9+/=]/g, '').length;
}

/** Blocks with a private key, from their first line to the last one; or as much as there is of one. */
export function keyBlocks(text: string): Span[] {
  const lastLines = Array.from(text.matchAll(ends), ({ 0: found, index }) => ({ start: index, end: index + found.length }));
  const spans: Span[] = [];
  let next = 0;
  let until = 0;
  for (const { 0: found, index: start } of text.matchAll(begins)) {
    if (start < until) continue;
    while ((lastLines[next]?.start ?? Infinity) < start) next += 1;
    const last = lastLines[next];
    const bodyStart = start + found.length;
    const isWhole = last !== undefined && last.start - start <= longest;
    const inside = text.slice(bodyStart, Math.min(isWhole ? last.start : bodyStart + 2_000, bodyStart + 2_000));
    if (base64LengthOf(inside) < shortestBody || /(?:\.{3}|…|\*{3}|x{8})/iu.test(inside.slice(0, 200))) continue;
    until = isWhole ? last.end : bodyStart + inside.length;
    spans.push({ start, end: until });
  }
  return spans;
}
