/** A reference face of a person, as far as the choice needs it. */
export interface Reference {
  id: string;
  vector: Float32Array;
  quality: number;
}

export interface ReferenceSettings {
  /** At most so many faces a person. */
  cap: number;
  /** Two faces more alike than this teach nothing new. */
  redundant: number;
  /** A redundant face replaces its twin when its quality is better by this. */
  betterBy: number;
}

export const defaultReferenceSettings: ReferenceSettings = { cap: 40, redundant: 0.92, betterBy: 0.15 };

/**
 * Whether a recognised face becomes one more reference, and which one it replaces. Different faces are worth more than good
 * copies: below the cap every face that is not redundant is taken; at the cap the worse face of the most similar pair goes.
 */
export function chooseReferences(
  existing: readonly Reference[],
  candidate: Reference,
  { cap, redundant, betterBy }: ReferenceSettings = defaultReferenceSettings,
): { add: boolean; evict: string | null } {
  const twin = mostSimilar(existing, candidate);
  if (twin && twin.similarity > redundant) {
    return candidate.quality >= twin.reference.quality + betterBy ? { add: true, evict: twin.reference.id } : { add: false, evict: null };
  }
  if (existing.length < cap) return { add: true, evict: null };
  const worst = worseOfClosestPair([...existing, candidate]);
  return worst === candidate ? { add: false, evict: null } : { add: true, evict: worst.id };
}

/** Which faces to let go so that at most `cap` are left, worst first: what a merge needs. */
export function surplusReferences(references: readonly Reference[], cap: number = defaultReferenceSettings.cap): string[] {
  const left = [...references];
  const surplus: string[] = [];
  while (left.length > cap) {
    const worst = worseOfClosestPair(left);
    left.splice(left.indexOf(worst), 1);
    surplus.push(worst.id);
  }
  return surplus;
}

function mostSimilar(existing: readonly Reference[], to: Reference): { reference: Reference; similarity: number } | null {
  let best: { reference: Reference; similarity: number } | null = null;
  for (const reference of existing) {
    const similarity = cosine(reference.vector, to.vector);
    if (!best || similarity > best.similarity) best = { reference, similarity };
  }
  return best;
}

function worseOfClosestPair(references: readonly Reference[]): Reference {
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

/** Dot product: the cosine of vectors of unit length. Both have the same length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
