import { dot as cosine } from '@watchpost/shared/vectors';

/** A reference face of a person, as `chooseReferences` needs it. */
export interface Reference {
  id: string;
  vector: Float32Array;
  quality: number;
}

export interface ReferenceSettings {
  /** The most references that a person keeps for each model. */
  cap: number;
  /** Two faces with a higher cosine than this are redundant: copies of one picture, and one in a hundred of other pictures of a person. */
  redundant: number;
  /** A redundant face replaces the other one when its quality is higher by this. */
  betterBy: number;
}

export const defaultReferenceSettings: ReferenceSettings = { cap: 40, redundant: 0.95, betterBy: 0.15 };

/**
 * Whether a recognised face becomes one more reference, and which one it replaces. Variety is worth more than quality: below the cap
 * every face that is not redundant is added; at the cap the worse face of the most similar pair is removed.
 */
export function chooseReferences(
  existing: readonly Reference[],
  candidate: Omit<Reference, 'id'>,
  { cap, redundant, betterBy }: ReferenceSettings,
): { add: boolean; evict: string | null } {
  const nearest = mostSimilar(existing, candidate);
  if (nearest && nearest.similarity > redundant) {
    const { id, quality } = nearest.reference;
    return candidate.quality >= quality + betterBy ? { add: true, evict: id } : { add: false, evict: null };
  }
  if (existing.length < cap) return { add: true, evict: null };
  const [worst] = worseOfClosestPairs([...existing, candidate], 1);
  const evict = worst === undefined ? null : (existing[worst]?.id ?? null);
  return { add: evict !== null, evict };
}

/** Which references to remove so that at most `cap` are left, worst first; used when persons are merged. */
export function surplusReferences(references: readonly Reference[], cap: number): string[] {
  return worseOfClosestPairs(references, references.length - cap).flatMap((index) => references[index]?.id ?? []);
}

function mostSimilar(existing: readonly Reference[], to: Omit<Reference, 'id'>): { reference: Reference; similarity: number } | null {
  let best: { reference: Reference; similarity: number } | null = null;
  for (const reference of existing) {
    const similarity = cosine(reference.vector, to.vector);
    if (!best || similarity > best.similarity) best = { reference, similarity };
  }
  return best;
}

/** A face's most similar one among those after it. */
interface Pair {
  other: number;
  similarity: number;
}

/**
 * The indexes of `count` faces, each the worse of the most similar pair that the ones before it left; of equals the later. Each cosine is computed once;
 * after a removal only faces that had lost their nearest look for another.
 */
function worseOfClosestPairs(faces: readonly Omit<Reference, 'id'>[], count: number): number[] {
  if (count <= 0) return [];
  const similarities = faces.map(({ vector }, one) => faces.map((other, index) => (index > one ? cosine(vector, other.vector) : 0)));
  const left = new Set(faces.keys());
  const nearestAfter = (one: number): Pair => {
    const row = similarities[one] ?? [];
    const nearest: Pair = { other: -1, similarity: -Infinity };
    for (let other = one + 1; other < row.length; other += 1) {
      const similarity = row[other] ?? 0;
      if (similarity > nearest.similarity && left.has(other)) Object.assign(nearest, { other, similarity });
    }
    return nearest;
  };
  const nearest = faces.map((_, one) => nearestAfter(one));
  const removed: number[] = [];
  while (removed.length < count && left.size > 0) {
    const worse = worseOf(faces, nearest, left);
    left.delete(worse);
    removed.push(worse);
    for (const one of left) if (nearest[one]?.other === worse) nearest[one] = nearestAfter(one);
  }
  return removed;
}

function worseOf(faces: readonly Omit<Reference, 'id'>[], nearest: readonly Pair[], left: ReadonlySet<number>): number {
  let closest: Pair & { one: number } = { one: -1, other: -1, similarity: -Infinity };
  for (const one of left) {
    const pair = nearest[one];
    if (pair && (closest.one === -1 || pair.similarity > closest.similarity)) closest = { one, ...pair };
  }
  const { one, other } = closest;
  return (faces[other]?.quality ?? Infinity) <= (faces[one]?.quality ?? 0) ? other : one;
}
