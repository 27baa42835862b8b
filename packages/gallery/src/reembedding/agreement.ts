import { cosine } from '../decide/references.ts';

/** A face's vector and whose it is. All vectors of one comparison come from one model. */
export interface OwnedVector {
  faceId: string;
  personId: string;
  vector: Float32Array;
}

/** How often the nearest other face is one of the same person. */
export interface Agreement {
  asked: number;
  agreed: number;
}

/** For each query: is the nearest of `among`, itself left out, of the same person? Only queries whose person has another face there count. Pure. */
export function nearestAgreement(queries: readonly OwnedVector[], among: readonly OwnedVector[]): Agreement {
  const perPerson = new Map<string, string[]>();
  for (const { personId, faceId } of among) perPerson.set(personId, [...(perPerson.get(personId) ?? []), faceId]);
  let asked = 0;
  let agreed = 0;
  for (const query of queries) {
    if (!perPerson.get(query.personId)?.some((faceId) => faceId !== query.faceId)) continue;
    asked += 1;
    let best: { personId: string; similarity: number } | null = null;
    for (const { faceId, personId, vector } of among) {
      if (faceId === query.faceId) continue;
      const similarity = cosine(query.vector, vector);
      if (!best || similarity > best.similarity) best = { personId, similarity };
    }
    if (best?.personId === query.personId) agreed += 1;
  }
  return { asked, agreed };
}

/** How alike old and new vectors of the same faces are. */
export interface Likeness {
  count: number;
  lowest: number;
  /** A twentieth lies below. */
  low: number;
  median: number;
}

/** Null where there is nothing to compare. Pure. */
export function likeness(cosines: readonly number[]): Likeness | null {
  const sorted = cosines.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return sorted.length === 0 ? null : { count: sorted.length, lowest: at(0), low: at(0.05), median: at(0.5) };
}

/** At most `count` of the items, evenly spread. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]).filter(
    (item) => item !== undefined,
  );
}
