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
  /** Two faces with a higher cosine than this are redundant. */
  redundant: number;
  /** A redundant face replaces the other one when its quality is higher by this. */
  betterBy: number;
}

export const defaultReferenceSettings: ReferenceSettings = { cap: 40, redundant: 0.92, betterBy: 0.15 };

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
  const { id: evict } = worseOfClosestPair<{ id: string | null } & Omit<Reference, 'id'>>([...existing, { ...candidate, id: null }]);
  return { add: evict !== null, evict };
}

/** Which references to remove so that at most `cap` are left, worst first; used when persons are merged. */
export function surplusReferences(references: readonly Reference[], cap: number): string[] {
  const left = [...references];
  const surplus: string[] = [];
  while (left.length > cap) {
    const worst = worseOfClosestPair(left);
    left.splice(left.indexOf(worst), 1);
    surplus.push(worst.id);
  }
  return surplus;
}

function mostSimilar(existing: readonly Reference[], to: Omit<Reference, 'id'>): { reference: Reference; similarity: number } | null {
  let best: { reference: Reference; similarity: number } | null = null;
  for (const reference of existing) {
    const similarity = cosine(reference.vector, to.vector);
    if (!best || similarity > best.similarity) best = { reference, similarity };
  }
  return best;
}

function worseOfClosestPair<T extends Omit<Reference, 'id'>>(references: readonly T[]): T {
  const [first] = references;
  if (!first) throw new RangeError('there is no pair among no references');
  let worst = first;
  let closest = -Infinity;
  for (const [index, one] of references.entries()) {
    for (const other of references.slice(index + 1)) {
      const similarity = cosine(one.vector, other.vector);
      if (similarity <= closest) continue;
      closest = similarity;
      worst = other.quality <= one.quality ? other : one;
    }
  }
  return worst;
}
