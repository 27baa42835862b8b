import { dot as cosine } from '@watchpost/shared/vectors';

/** A face's vector and the person that it belongs to. All vectors of one comparison come from one model. */
export interface OwnedVector {
  faceId: string;
  personId: string;
  vector: Float32Array;
}

/** How often a face's nearest other face belongs to the same person. */
export interface Agreement {
  /** Queries whose person has another face. */
  queries: number;
  agreed: number;
}

/** For each query whose person has another face in `among`: does the nearest one, itself excluded, belong to the same person? Pure. */
export function nearestAgreement(faces: readonly OwnedVector[], among: readonly OwnedVector[]): Agreement {
  const perPerson = new Map<string, string[]>();
  for (const { personId, faceId } of among) perPerson.set(personId, [...(perPerson.get(personId) ?? []), faceId]);
  let queries = 0;
  let agreed = 0;
  for (const query of faces) {
    if (!perPerson.get(query.personId)?.some((faceId) => faceId !== query.faceId)) continue;
    queries += 1;
    let best: { personId: string; similarity: number } | null = null;
    for (const { faceId, personId, vector } of among) {
      if (faceId === query.faceId) continue;
      const similarity = cosine(query.vector, vector);
      if (!best || similarity > best.similarity) best = { personId, similarity };
    }
    if (best?.personId === query.personId) agreed += 1;
  }
  return { queries, agreed };
}

/** The distribution of the cosines between old and new vectors of the same faces. */
export interface CosineStats {
  count: number;
  lowest: number;
  /** The 5th percentile. */
  low: number;
  median: number;
}

/** Null if there are none. Pure. */
export function cosineStats(cosines: readonly number[]): CosineStats | null {
  const sorted = cosines.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return sorted.length === 0 ? null : { count: sorted.length, lowest: at(0), low: at(0.05), median: at(0.5) };
}

/** At most `count` of the items, evenly spaced. */
export function sampleEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]).filter(
    (item) => item !== undefined,
  );
}
