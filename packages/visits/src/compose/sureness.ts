import { defaultRiskSettings } from '@watchpost/gallery/decide/yardstick';
import type { ComparableFace } from '@watchpost/gallery/questions';
import type { Sureness } from '../visit-view.ts';

/** A face of a stranger is expected to be so similar to so many persons of the gallery, at most. */
const sureFrom = defaultRiskSettings.strangersNamed / defaultRiskSettings.referenceRarity;
const veryLikelyFrom = defaultRiskSettings.strangersNamed;
/** So many snapshots that agree are worth one word more. */
const agreeing = 3;

const words: readonly Sureness[] = ['likely', 'very likely', 'sure'];

/** How sure a person is, from the faces that were matched to that person. Null if none was compared. */
export function surenessOf(matched: readonly Pick<ComparableFace, 'evidence' | 'similarity'>[]): Sureness | null {
  const compared = matched.filter(({ similarity }) => similarity !== null);
  if (compared.length === 0) return null;
  const best = Math.max(...compared.map((face) => rankOf(face)));
  return words[Math.min(best + (compared.length >= agreeing ? 1 : 0), words.length - 1)] ?? null;
}

/** An earlier release kept no rates: then it is a match, and no more is known. */
function rankOf({ evidence }: Pick<ComparableFace, 'evidence'>): number {
  const rate = evidence?.best?.falseMatchRate ?? null;
  if (!evidence?.compared || rate === null) return 1;
  const strangers = Math.max(defaultRiskSettings.leastComparisons, evidence.compared.comparisons) * rate;
  return strangers <= sureFrom ? 2 : strangers <= veryLikelyFrom ? 1 : 0;
}
